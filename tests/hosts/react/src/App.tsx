import { useState } from "react";
import { CantAccess } from "./CantAccess";

export function App() {
  const [there, setThere] = useState(true);
  const [said, setSaid] = useState("nothing yet");
  return (
    <>
      <h1>Sign in</h1>
      <form method="post">
        <label htmlFor="user-id">Email</label>
        <input id="user-id" name="username" autoComplete="username" />
        <label htmlFor="password">Password</label>
        <input id="password" name="password" type="password" autoComplete="current-password" />
        <button>Sign in</button>
      </form>
      {there && <CantAccess onDone={setSaid} />}
      <button type="button" onClick={() => setThere(!there)}>{there ? "Leave" : "Come back"}</button>
      <p>The page heard: {said}</p>
    </>
  );
}
