//! Numbers, compared to the last bit.

/// A number as its bits: -0 is another than 0.
pub(crate) fn bits(number: Option<f64>) -> Option<u64> {
    number.map(f64::to_bits)
}
