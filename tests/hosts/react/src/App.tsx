import { useState } from "react";
import { CantAccess } from "./CantAccess";

export function App() {
  const [there, setThere] = useState(true);
  const [said, setSaid] = useState("nothing yet");
  const [userId, setUserId] = useState("");
  const [password, setPassword] = useState("");
  return (
    <>
      <h1>Sign in</h1>
      <form method="post">
        <label htmlFor="user-id">Email</label>
        <input id="user-id" name="username" autoComplete="username" value={userId} onChange={event => setUserId(event.target.value)} />
        <label htmlFor="password">Password</label>
        <input id="password" name="password" type="password" autoComplete="current-password" value={password} onChange={event => setPassword(event.target.value)} />
        <button>Sign in</button>
      </form>
      {there && <CantAccess onDone={setSaid} />}
      <button type="button" onClick={() => setThere(!there)}>{there ? "Leave" : "Come back"}</button>
      <p>Signing in as: {userId}</p>
      <p>The page heard: {said}</p>
    </>
  );
}
