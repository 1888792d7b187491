//! Numbers that can be trusted in a comparison: NaN and infinity never get past this file.

/// A finite number, such as a limit.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Finite(f64);

impl Finite {
    /// 0.
    pub const ZERO: Self = Self(0.0);

    /// `None` for NaN and the infinities.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self(value))
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Nothing was measured.
    NotMeasured,
    /// What stands there is no number: a text, `true`, NaN.
    NotANumber,
    /// The value, or the quotient, is outside the metric's range.
    OutOfRange,
    /// The denominator of a quotient is 0.
    ZeroDenominator,
    /// A part of a quotient, or the metric that counts the samples, has no data.
    PartMissing,
    /// The window has fewer samples than it must have.
    FewSamples,
    /// All judged windows together have fewer samples than they must have.
    FewSamplesInTotal,
    /// There is no series with this label.
    NoSeries,
}

impl Cause {
    /// Every cause.
    const ALL: [Self; 8] = [
        Self::NotMeasured,
        Self::NotANumber,
        Self::OutOfRange,
        Self::ZeroDenominator,
        Self::PartMissing,
        Self::FewSamples,
        Self::FewSamplesInTotal,
        Self::NoSeries,
    ];
}

/// The value of one window: a finite number, or no data and why.
///
/// As large as an `f64`, because a long snapshot holds millions of them: NaN stands for no data inside, with the cause
/// in the bits that NaN leaves free, and cannot be seen from outside.
#[derive(Clone, Copy, Debug)]
pub struct Point(f64);

impl Point {
    /// Nothing was measured in this window. Never 0, never a pass.
    pub const NO_DATA: Self = Self::no_data(Cause::NotMeasured);

    /// No data for this cause.
    #[must_use]
    pub const fn no_data(cause: Cause) -> Self {
        const QUIET_NAN: u64 = 0x7FF8_0000_0000_0000;
        Self(f64::from_bits(QUIET_NAN | cause as u64))
    }

    /// The number; out of range where it is none that is finite.
    #[must_use]
    pub fn new(value: f64) -> Self {
        if value.is_finite() { Self(value) } else { Self::no_data(Cause::OutOfRange) }
    }

    /// The number, if there is one.
    #[must_use]
    pub fn get(self) -> Option<f64> {
        (!self.0.is_nan()).then_some(self.0)
    }

    /// Why there is none; `None` where there is one.
    #[must_use]
    pub fn cause(self) -> Option<Cause> {
        let number = self.0.to_bits() & 0xFF;
        let cause = || Cause::ALL.into_iter().find(|cause| *cause as u64 == number);
        self.0.is_nan().then(|| cause().unwrap_or(Cause::NotMeasured))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_finite_numbers_pass() {
        for value in [0.0, -0.0, 1.5, f64::MAX, f64::MIN, f64::MIN_POSITIVE] {
            assert_eq!(Finite::new(value).map(Finite::get), Some(value));
            assert_eq!(Point::new(value).get(), Some(value));
        }
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Finite::new(value), None);
            assert_eq!(Point::new(value).get(), None);
        }
        for cause in Cause::ALL {
            let point = Point::no_data(cause);
            assert_eq!((point.get(), point.cause()), (None, Some(cause)));
        }
        assert_eq!(Point::new(0.5).cause(), None);
        assert_eq!(size_of::<Point>(), 8);
    }
}
