//! Exact arithmetic: fractions of decimals, of any size.
//!
//! A number is the shortest decimal that reads as the same double, which is what was written, up to 15 digits. What
//! is made of numbers here comes out as it does on paper: the mean of 0.1, 0.2 and 0.3 is 0.2. It is slow beside
//! doubles, and judging looks here only where they leave a comparison open, and for what is shown.

use std::cmp::Ordering;

use bigdecimal::{
    BigDecimal, One, Zero,
    num_bigint::{BigInt, BigUint, Sign},
};

/// A fraction of two decimals.
#[derive(Clone, Debug)]
pub struct Exact {
    of: BigDecimal,
    /// More than zero.
    to: BigDecimal,
}

impl Exact {
    /// The shortest decimal that reads as `value`; 0 for what is not finite.
    #[must_use]
    pub fn new(value: f64) -> Self {
        Self { of: decimal(value), to: BigDecimal::one() }
    }

    /// 0.
    #[must_use]
    pub fn zero() -> Self {
        Self { of: BigDecimal::zero(), to: BigDecimal::one() }
    }

    /// The sum of all; 0 of none.
    pub fn sum(numbers: impl IntoIterator<Item = Self>) -> Self {
        // As a counter carries: a number is added to one that is made of as many, so that the denominators of quotients
        // grow together, and few sums are in memory.
        let mut sums: Vec<(usize, Self)> = Vec::new();
        for number in numbers {
            let mut sum = (1, number);
            while let Some((count, before)) = sums.pop_if(|(count, _)| *count == sum.0) {
                sum = (count * 2, before.plus(&sum.1));
            }
            sums.push(sum);
        }
        sums.into_iter().rev().fold(Self::zero(), |all, (_, sum)| all.plus(&sum))
    }

    /// self + other.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        if self.to == other.to {
            return Self { of: &self.of + &other.of, to: self.to.clone() };
        }
        Self { of: &self.of * &other.to + &other.of * &self.to, to: &self.to * &other.to }
    }

    /// self - other.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        self.plus(&Self { of: -&other.of, to: other.to.clone() })
    }

    /// self * other.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        Self { of: &self.of * &other.of, to: &self.to * &other.to }
    }

    /// self / other; `None` by zero.
    #[must_use]
    pub fn over(&self, other: &Self) -> Option<Self> {
        let (of, to) = (&self.of * &other.to, &self.to * &other.of);
        match to.sign() {
            Sign::NoSign => None,
            Sign::Plus => Some(Self { of, to }),
            Sign::Minus => Some(Self { of: -of, to: -to }),
        }
    }

    /// self / count, of a count that is not zero.
    #[must_use]
    pub fn over_count(&self, count: usize) -> Self {
        let count = BigDecimal::from(u64::try_from(count.max(1)).unwrap_or(u64::MAX));
        Self { of: self.of.clone(), to: &self.to * count }
    }

    /// Without its sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        Self { of: self.of.abs(), to: self.to.clone() }
    }

    /// The double nearest to it; the largest of its sign where it is beyond every double.
    #[must_use]
    pub fn nearest(&self) -> f64 {
        /// More digits than tell two doubles apart.
        const DIGITS: u64 = 40;
        let ((of, of_scale), (to, to_scale)) = (self.of.as_bigint_and_scale(), self.to.as_bigint_and_scale());
        let missing = (DIGITS + self.to.digits()).saturating_sub(self.of.digits());
        let shift = u32::try_from(missing).unwrap_or(u32::MAX);
        let shifted: BigUint = of.magnitude() * BigUint::from(10_u32).pow(shift);
        let quotient = &shifted / to.magnitude();
        let is_whole = &quotient * to.magnitude() == shifted;
        // A last digit that says whether there is more behind: enough to round by.
        let sign = if self.of.sign() == Sign::Minus { "-" } else { "" };
        let rest = u8::from(!is_whole);
        let power = to_scale - of_scale - i64::from(shift) - 1;
        let nearest: f64 = format!("{sign}{quotient}{rest}e{power}").parse().unwrap_or(0.0);
        nearest.clamp(f64::MIN, f64::MAX)
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Exact {}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.to == other.to {
            return self.of.cmp(&other.of);
        }
        (&self.of * &other.to).cmp(&(&other.of * &self.to))
    }
}

/// The shortest decimal that reads as `value`.
fn decimal(value: f64) -> BigDecimal {
    /// Up to here every whole double is the decimal that it is written as.
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= LARGEST {
        #[allow(clippy::cast_possible_truncation)]
        return BigDecimal::new(BigInt::from(value as i64), 0);
    }
    format!("{value:e}").parse().unwrap_or_default()
}

/// The text of `value` with so many decimals, ties away from zero on the decimal that it is: 0.12345 gives `0.1235`.
#[must_use]
pub fn rounded(value: f64, decimals: u8) -> String {
    let rounded = decimal(value).with_scale_round(decimals.into(), bigdecimal::RoundingMode::HalfUp);
    let text = rounded.to_plain_string();
    // What rounds to zero keeps the sign that tells on which side it was.
    if rounded.is_zero() && value < 0.0 { format!("-{text}") } else { text }
}
