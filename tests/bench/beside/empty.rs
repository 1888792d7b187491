//! The floor of starting: what the operating system takes for a process that does nothing.

fn main() {}
