//! Windows as a small curve with marks under it.

use crate::eval::{measurement::Series, verdict::Stretch};

/// The widest curve; more windows than this share columns.
const WIDEST: usize = 40;

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII: [char; 8] = ['_', '.', '-', '~', '=', '+', '*', '#'];

/// A curve and the marks under it, column by column.
pub(super) struct Sparkline {
    pub(super) curve: String,
    /// `^` under a breach, `?` under a gap; as wide as the last mark.
    pub(super) marks: String,
}

/// What a curve shows.
pub(super) struct SparklineData<'a> {
    /// How many windows there are.
    pub(super) windows: usize,
    /// What was measured in them.
    pub(super) series: Option<&'a Series>,
    /// Whether high values are the ones that matter where windows share a column.
    pub(super) high_matters: bool,
    pub(super) breaches: &'a [Stretch],
    pub(super) gaps: &'a [Stretch],
}

impl SparklineData<'_> {
    /// In at most `room` columns.
    pub(super) fn draw(&self, unicode: bool, room: usize) -> Sparkline {
        let columns = self.windows.min(WIDEST).min(room.max(1));
        let values: Vec<Option<f64>> = (0..columns).map(|column| self.value_of(column, columns)).collect();
        let known = || values.iter().copied().flatten();
        let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
        let levels = if unicode { BLOCKS } else { ASCII };
        let level = |value: f64| {
            // In halves, because the difference of two f64 can be larger than any f64.
            let height = (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0) * 7.0;
            // Of a flat curve this is 0 / 0 = NaN, which the cast takes to 0; other values are in 0..=7.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let index = (height.round() as usize).min(7);
            levels.get(index).copied().unwrap_or(' ')
        };
        let curve = values.iter().map(|value| value.map_or(' ', level)).collect();
        let mut marks = vec![' '; columns];
        for (stretches, mark) in [(self.gaps, '?'), (self.breaches, '^')] {
            for stretch in stretches {
                let (from, to) = (self.column_of(stretch.from, columns), self.column_of(stretch.to, columns));
                marks.iter_mut().take(to + 1).skip(from).for_each(|column| *column = mark);
            }
        }
        Sparkline { curve, marks: marks.into_iter().collect::<String>().trim_end().to_owned() }
    }

    fn column_of(&self, window: usize, columns: usize) -> usize {
        window * columns / self.windows.max(1)
    }

    /// The value that matters most among those that share a column.
    fn value_of(&self, column: usize, columns: usize) -> Option<f64> {
        let first = (column * self.windows).div_ceil(columns);
        let end = ((column + 1) * self.windows).div_ceil(columns);
        let series = self.series?;
        match series.values().extremes_in(first..end) {
            Some((lowest, highest)) => Some(if self.high_matters { highest } else { lowest }),
            // Some of them have no data.
            None => {
                let values = (first..end).filter_map(|window| series.at(window).get());
                values.reduce(if self.high_matters { f64::max } else { f64::min })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::{measurement::Values, number::Point};

    fn draw(values: &[Option<f64>], breaches: &[Stretch], gaps: &[Stretch], unicode: bool) -> (String, String) {
        let points = values.iter().map(|value| value.map_or(Point::NO_DATA, Point::new));
        let series = Series::measured(Values::Windows(points.collect()));
        let curve = SparklineData { windows: values.len(), series: Some(&series), high_matters: true, breaches, gaps };
        let Sparkline { curve, marks } = curve.draw(unicode, 80);
        (curve, marks)
    }

    #[test]
    fn the_curve_and_its_marks_stand_under_each_other() {
        let values = [Some(0.0), Some(7.0), None, Some(3.4)];
        let (breach, gap) = ([Stretch { from: 1, to: 1 }], [Stretch { from: 2, to: 2 }]);
        assert_eq!(draw(&values, &breach, &gap, true), ("▁█ ▄".to_owned(), " ^?".to_owned()));
        assert_eq!(draw(&values, &breach, &gap, false), ("_# ~".to_owned(), " ^?".to_owned()));
    }

    #[test]
    fn flat_and_empty_curves_are_drawn() {
        assert_eq!(draw(&[Some(5.0); 3], &[], &[], false).0, "___");
        assert_eq!(draw(&[None], &[], &[], false).0, " ");
        assert_eq!(draw(&[], &[], &[], false).0, "");
        assert_eq!(draw(&[Some(-f64::MAX), Some(f64::MAX)], &[], &[], false).0, "_#");
    }

    #[test]
    fn curves_and_marks_share_columns_where_there_is_little_room() {
        let mut values = vec![Point::new(0.0); 288];
        values[203] = Point::new(1.0);
        let series = Series::measured(Values::Windows(values));
        let breaches = [Stretch { from: 203, to: 203 }];
        for room in [1, 2, 7, 23, 40, 100] {
            let data = SparklineData {
                windows: 288,
                series: Some(&series),
                high_matters: true,
                breaches: &breaches,
                gaps: &[],
            };
            let Sparkline { curve, marks } = data.draw(false, room);
            assert_eq!(curve.len(), room.min(WIDEST));
            assert!(room == 1 || curve.find('#') == marks.find('^'), "{curve}\n{marks}");
        }
    }

    #[test]
    fn one_bad_window_of_many_is_seen() {
        let mut values = vec![Some(0.0); 1000];
        values[777] = Some(1.0);
        let (curve, marks) = draw(&values, &[Stretch { from: 777, to: 777 }], &[], false);
        assert_eq!((curve.len(), curve.find('#'), marks.find('^')), (40, Some(31), Some(31)));
        // One without data hides nothing of those beside it, but where it is alone.
        values[776] = None;
        values[..25].fill(None);
        assert_eq!(draw(&values, &[], &[], false).0, curve.replacen('_', " ", 1));
    }
}
