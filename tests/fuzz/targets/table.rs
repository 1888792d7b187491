#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rollout_gate_fuzz::properties::table::holds(bytes));
