//! Provisioning: once for a version of Samba, with the service account and its rights.

use std::{
    fs::{self, File},
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::Command,
};

use super::files::{PACKAGE, base64_utf16, database, modify, tool, write_configuration};
use crate::process::{cache, program, run};

/// The root of the domain.
pub const ROOT: &str = "DC=ad,DC=regain,DC=test";

/// The folder of the people, whom the service account may reset and unlock.
pub const PEOPLE: &str = "OU=People,DC=ad,DC=regain,DC=test";

/// The service account's user principal name.
pub const SERVICE: &str = "svc-regain@ad.regain.test";

/// Its password.
pub const SERVICE_PASSWORD: &str = "Service password 1";

const ADMINISTRATOR_PASSWORD: &str = "Administrator password 1";

/// The edition of what this file provisions: a folder of another edition is not used.
const EDITION: u32 = 1;

/// The class of users, in the rules of access.
const USER: &str = "bf967aba-0de6-11d0-a285-00aa003049e2";

/// The folder of a domain as it was provisioned, which is made where it is not there yet.
pub(super) fn provisioned() -> PathBuf {
    let version = run(Command::new(program("samba", PACKAGE)).arg("--version")).expect("says its version");
    let version = version.trim().rsplit(' ').next().unwrap_or_default().to_owned();
    let folder = cache().join(format!("samba-{version}-{EDITION}"));
    fs::create_dir_all(cache()).expect("a folder");
    let lock = File::create(cache().join("samba.lock")).expect("a lock");
    lock.lock().expect("waits for others");
    if !folder.join("ready").exists() {
        let _ = fs::remove_dir_all(&folder);
        provision(&folder);
        fs::write(folder.join("ready"), "").expect("writes");
    }
    folder
}

fn provision(folder: &Path) {
    let mut provision = Command::new(program("samba-tool", PACKAGE));
    provision.args(["domain", "provision", "--realm=AD.REGAIN.TEST", "--domain=REGAIN", "--server-role=dc"]);
    provision.args(["--dns-backend=NONE", "--host-name=dc1", "--host-ip=127.0.0.1"]);
    provision.arg(format!("--adminpass={ADMINISTRATOR_PASSWORD}")).arg(format!("--targetdir={}", folder.display()));
    provision.args(["--option=interfaces=127.0.0.1/8", "--option=bind interfaces only=yes"]);
    run(&mut provision).expect("provisions");
    write_configuration(folder, Ipv4Addr::LOCALHOST, None);
    let rules = ["--complexity=off", "--history-length=3", "--min-pwd-length=0", "--min-pwd-age=0", "--max-pwd-age=0"];
    let lockout =
        ["--account-lockout-threshold=10", "--account-lockout-duration=0", "--reset-account-lockout-after=15"];
    tool(folder, &[&["domain", "passwordsettings", "set"], &rules[..], &lockout[..]].concat());
    let unit = |name: &str| format!("dn: OU={name},{ROOT}\nchangetype: add\nobjectClass: organizationalUnit\n");
    let service = format!(
        "dn: CN=svc-regain,OU=Services,{ROOT}\nchangetype: add\nobjectClass: user\nsAMAccountName: svc-regain
userPrincipalName: {SERVICE}\nuserAccountControl: 66048\nunicodePwd:: {}\n",
        base64_utf16(&format!("\"{SERVICE_PASSWORD}\"")),
    );
    modify(folder, &[unit("People"), unit("Services"), unit("Groups"), service].join("\n"), &[]);
    let mut search = Command::new(program("ldbsearch", PACKAGE));
    search.arg("-H").arg(database(folder)).args(["(sAMAccountName=svc-regain)", "objectSid"]);
    let found = run(&mut search).expect("is found");
    let sid = found.lines().find_map(|line| line.strip_prefix("objectSid: ")).expect("has one");
    for right in [
        // Reset Password, and lockoutTime, of users below the folder.
        format!("(OA;CIIO;CR;00299570-246d-11d0-a768-00aa006e0529;{USER};{sid})"),
        format!("(OA;CIIO;RPWP;28630ebf-41d5-11d1-a9c1-0000f80367c1;{USER};{sid})"),
    ] {
        let database = database(folder);
        let [object, rule] = [format!("--objectdn={PEOPLE}"), format!("--sddl={right}")];
        tool(folder, &["dsacl", "set", "-H", &database.to_string_lossy(), &object, &rule]);
    }
}
