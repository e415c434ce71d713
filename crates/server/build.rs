//! Builds the server anew when only a migration changed: they are embedded by a macro, which cargo
//! does not see reading them.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
