//! One value of several windows.

use std::{borrow::Cow, cmp::Ordering};

use super::exact::Exact;

/// How values become one before they are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// The mean.
    Mean,
    /// The value of the last window.
    Last,
    /// The sum; of a metric derived from parts, sum(of) / sum(to).
    Total,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// The 50th percentile.
    Median,
    /// The percentile at so many tenths of a percent, 500 to 999.
    Percentile(u16),
}

impl Aggregate {
    /// Those that are words; percentiles are `p50` to `p99.9`.
    pub const WORDS: [Self; 6] = [Self::Mean, Self::Last, Self::Total, Self::Min, Self::Max, Self::Median];

    /// The aggregate of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let word = Self::WORDS.into_iter().find(|aggregate| aggregate.name() == name);
        word.or_else(|| {
            let (whole, tenth) =
                name.strip_prefix('p').map(|digits| digits.split_once('.').unwrap_or((digits, "0")))?;
            let digit = |text: &str, length| {
                let is_plain = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
                text.parse::<u16>().ok().filter(|_| is_plain)
            };
            let tenths = digit(whole, 2)? * 10 + digit(tenth, 1)?;
            (500..=999).contains(&tenths).then_some(Self::Percentile(tenths))
        })
    }

    /// Its name in tables and reasons.
    #[must_use]
    pub fn name(self) -> Cow<'static, str> {
        match self {
            Self::Mean => "mean".into(),
            Self::Last => "last".into(),
            Self::Total => "total".into(),
            Self::Min => "min".into(),
            Self::Max => "max".into(),
            Self::Median => "median".into(),
            Self::Percentile(tenths) if tenths.is_multiple_of(10) => format!("p{}", tenths / 10).into(),
            Self::Percentile(tenths) => format!("p{}.{}", tenths / 10, tenths % 10).into(),
        }
    }

    /// What is compared, in words: what stands before and behind the name of the metric, which is `derived` from parts or
    /// measured itself. `over` says over which windows: "over all windows".
    #[must_use]
    pub fn around_metric(self, derived: bool, over: &str) -> (String, String) {
        match self {
            Self::Last => (String::new(), String::new()),
            Self::Total if derived => (String::new(), format!(" {over} together")),
            Self::Total => ("the sum of ".to_owned(), format!(" {over}")),
            Self::Mean | Self::Median | Self::Percentile(_) => (format!("the {} of ", self.name()), format!(" {over}")),
            Self::Min => ("the lowest ".to_owned(), format!(" {over}")),
            Self::Max => ("the highest ".to_owned(), format!(" {over}")),
        }
    }

    /// Behind a sentence: in which windows it compares, where that is not said already.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        if self == Self::Last { " in the last window" } else { "" }
    }

    /// Whether the parts of a derived metric are each summed over all windows before they are divided.
    #[must_use]
    pub fn sums_parts(self) -> bool {
        self == Self::Total
    }

    /// Whether the value of a derived metric follows from those that this makes of its parts.
    #[must_use]
    pub fn follows_from_parts(self) -> bool {
        matches!(self, Self::Total | Self::Last)
    }

    /// Whether its value of a metric, `derived` from parts or measured itself, can be compared with those of single
    /// windows, as a sum of them cannot.
    #[must_use]
    pub fn is_like_a_window(self, derived: bool) -> bool {
        self != Self::Total || derived
    }

    /// Where the value stands among `count` sorted ones: the index below it, and how many thousandths of the way to
    /// the next it is. Rank q * (n - 1), in between linearly (Hyndman and Fan, 1996, type 7), as Prometheus'
    /// `quantile_over_time` has it. `None` where it is not one or two of them.
    fn rank(self, count: usize) -> Option<(usize, usize)> {
        let steps = count.saturating_sub(1);
        let thousandths = match self {
            Self::Mean | Self::Total | Self::Last => return None,
            Self::Min => 0,
            Self::Max => 1000,
            Self::Median => 500,
            Self::Percentile(tenths) => usize::from(tenths),
        };
        let place = thousandths * steps;
        Some((place / 1000, place % 1000))
    }

    /// One value of several, in order, each given exactly; 0 of none.
    #[must_use]
    pub fn of_exact(self, values: impl ExactSizeIterator<Item = Exact>) -> Exact {
        let count = values.len();
        let Some((index, thousandths)) = self.rank(count) else {
            return match self {
                Self::Last => values.last().unwrap_or_else(Exact::zero),
                Self::Mean => Exact::sum(values).over_count(count),
                _ => Exact::sum(values),
            };
        };
        let mut values: Vec<Exact> = values.collect();
        values.sort_unstable();
        let mut above = values.into_iter().skip(index);
        let low = above.next().unwrap_or_else(Exact::zero);
        match above.next().filter(|_| thousandths > 0) {
            Some(high) => low.plus(&high.minus(&low).times(&Exact::new(thousandths as f64)).over_count(1000)),
            None => low,
        }
    }

    /// The same of doubles, which may be infinite, and how far it may be from the exact value. `errors` is how far the
    /// values themselves may be, at most.
    #[must_use]
    pub fn of_near(self, values: impl ExactSizeIterator<Item = f64>, errors: f64) -> Near {
        let count = values.len();
        let Some((index, thousandths)) = self.rank(count) else {
            return match self {
                Self::Last => Near { value: values.last().unwrap_or(0.0), error: errors },
                Self::Mean => sum(values, errors).over(count as f64),
                _ => sum(values, errors),
            };
        };
        let mut values: Vec<f64> = values.collect();
        values.sort_unstable_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or(0.0);
        let (low, high) = (at(index), at(index + 1));
        if thousandths == 0 || low.is_infinite() {
            return Near { value: low, error: errors };
        }
        if high.is_infinite() {
            return Near { value: high, error: errors };
        }
        let part = thousandths as f64 / 1000.0;
        let value = low * (1.0 - part) + high * part;
        Near { value, error: errors + 8.0 * f64::EPSILON * low.abs().max(high.abs()) }
    }
}

/// The sum of doubles that may be off by `errors` each.
fn sum(values: impl ExactSizeIterator<Item = f64>, errors: f64) -> Near {
    /// Up to here sums of whole numbers are exact.
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    let count = values.len() as f64;
    let (mut sum, mut size, mut is_whole, mut is_finite) = (0.0, 0.0, true, true);
    for value in values {
        sum += value;
        size += value.abs();
        is_whole &= value.fract() == 0.0;
        is_finite &= value.is_finite();
    }
    if is_finite && !sum.is_finite() {
        // Beyond every double, and by how much these do not tell.
        return Near { value: f64::NAN, error: f64::INFINITY };
    }
    let is_exact = errors == 0.0 && is_whole && size <= LARGEST;
    let error = if is_exact { 0.0 } else { errors * count + (count + 2.0) * f64::EPSILON * size };
    Near { value: sum, error }
}

/// A double, and how far the exact value may be from it. An error of 0 says that it is the double's shortest decimal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// May be infinite; NaN where doubles do not tell.
    pub value: f64,
    /// Not negative; not finite, or NaN, where nothing is known.
    pub error: f64,
}

impl Near {
    /// A number as it is.
    #[must_use]
    pub fn exactly(value: f64) -> Self {
        Self { value, error: 0.0 }
    }

    /// By a count that is not zero.
    fn over(self, count: f64) -> Self {
        let value = self.value / count;
        // Of zeros nothing is rounded.
        Self {
            value,
            error: if self == Self::exactly(0.0) { 0.0 } else { self.error / count + f64::EPSILON * value.abs() },
        }
    }

    /// How it stands to another, as far as doubles tell.
    #[must_use]
    pub fn against(self, other: Self) -> Option<Ordering> {
        let (error, distance) = (self.error + other.error, (self.value - other.value).abs());
        // An infinite value is beyond every finite one.
        let is_sure = error == 0.0 || self.value.is_infinite() || other.value.is_infinite() || distance > error;
        self.value.partial_cmp(&other.value).filter(|_| is_sure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(aggregate: Aggregate, values: &[f64]) -> f64 {
        aggregate.of_exact(values.iter().map(|value| Exact::new(*value))).nearest()
    }

    #[test]
    fn one_value_of_several() {
        let values = [6.0, 1.0, 2.0, 3.0];
        for (aggregate, expected) in [
            (Aggregate::Mean, 3.0),
            (Aggregate::Last, 3.0),
            (Aggregate::Total, 12.0),
            (Aggregate::Min, 1.0),
            (Aggregate::Max, 6.0),
            (Aggregate::Median, 2.5),
            (Aggregate::Percentile(500), 2.5),
            (Aggregate::Percentile(750), 3.75),
            (Aggregate::Percentile(999), 5.991),
        ] {
            assert_eq!(exact(aggregate, &values), expected, "{aggregate:?}");
            let near = aggregate.of_near(values.into_iter(), 0.0);
            assert!((near.value - expected).abs() <= near.error, "{aggregate:?} {near:?}");
            assert_eq!(exact(aggregate, &[7.0]), 7.0);
        }
    }

    #[test]
    fn decimals_add_up() {
        assert_eq!(exact(Aggregate::Mean, &[0.1, 0.2, 0.3]), 0.2);
        assert_eq!(exact(Aggregate::Total, &[0.1; 10]), 1.0);
        assert_eq!(exact(Aggregate::Mean, &[9e307, 9e307]), 9e307);
        assert_eq!(exact(Aggregate::Percentile(950), &[0.1, 0.2, 0.3, 0.4, 0.5]), 0.48);
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        let percentiles = (500..=999).map(Aggregate::Percentile);
        for aggregate in Aggregate::WORDS.into_iter().chain(percentiles) {
            assert_eq!(Aggregate::named(&aggregate.name()), Some(aggregate));
        }
        assert_eq!(Aggregate::named("p99.0"), Some(Aggregate::Percentile(990)));
        for name in ["", "p", "p49", "p49.9", "p100", "p5", "p99.99", "p+5", "p99.", "P95", "avg"] {
            assert_eq!(Aggregate::named(name), None, "{name}");
        }
    }
}
