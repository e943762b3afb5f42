//! A new migration must be embedded: nothing else tells cargo to look.
fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
