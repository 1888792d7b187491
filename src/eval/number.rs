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

/// The value of one window: a finite number, or no data.
///
/// As large as an `f64`, because a long snapshot holds millions of them: NaN stands for no data
/// inside, and cannot be seen from outside.
#[derive(Clone, Copy, Debug)]
pub struct Point(f64);

impl Point {
    /// Nothing was measured in this window. Never 0, never a pass.
    pub const NO_DATA: Self = Self(f64::NAN);

    /// The number, or [`Self::NO_DATA`] where arithmetic left the finite numbers: a quotient by zero,
    /// a sum that overflows.
    #[must_use]
    pub fn new(value: f64) -> Self {
        if value.is_finite() { Self(value) } else { Self::NO_DATA }
    }

    /// The number, if there is one.
    #[must_use]
    pub fn get(self) -> Option<f64> {
        (!self.0.is_nan()).then_some(self.0)
    }
}

/// The sum of `points`, left to right, as a person would add; `None` if one of them is no data.
pub fn sum(points: impl IntoIterator<Item = Point>) -> Option<f64> {
    points.into_iter().try_fold(0.0, |sum, point| Some(sum + point.get()?))
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
        assert_eq!(Point::NO_DATA.get(), None);
        assert_eq!(size_of::<Point>(), 8);
    }
}
