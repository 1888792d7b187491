//! A chart of one metric, drawn as SVG: curves over windows, with limits, breaches and gaps. Colours, dashes and hatching
//! come from the page's style. Shapes and words say the same, so that nothing depends on colour.

use svg::node::element::{
    Circle, Description, Element, Group, Line as Stroke, Path, Rectangle, SVG, Text, Title, path::Data,
};

use super::scale::{Scale, short};
use crate::eval::{
    table::Kind,
    unit::Unit,
    verdict::{Stretch, Worst},
};

/// The most columns of a chart, about one a pixel. More windows than this share columns.
pub(super) const COLUMNS: usize = 390;

/// How many curves have a look of their own: colour, dash and marker. Those beyond are thin and grey.
pub(super) const LOOKS: usize = 6;

/// What is drawn. Texts in it are escaped already.
pub(super) struct Chart<'a> {
    /// What it is, for screen readers.
    pub(super) name: String,
    /// What it shows, for screen readers.
    pub(super) description: String,
    pub(super) windows: usize,
    pub(super) unit: Unit,
    /// The first [`LOOKS`] have looks of their own.
    pub(super) curves: Vec<SeriesCurve<'a>>,
    pub(super) limits: Vec<LimitLine<'a>>,
    /// One for each rule that some window breaches.
    pub(super) lanes: Vec<Lane>,
    /// The value that the reader should find first.
    pub(super) worst: Option<Worst>,
    /// When a window opens, if that is known: a clock time, or a date, a space and a clock time.
    pub(super) opens: &'a dyn Fn(usize) -> Option<String>,
}

/// The value of a window; `None` for no data.
pub(super) type ValueAt<'a> = Box<dyn Fn(usize) -> Option<f64> + 'a>;

/// One series.
pub(super) struct SeriesCurve<'a> {
    /// What stands at its end; empty where there is only one.
    pub(super) label: String,
    pub(super) at: ValueAt<'a>,
}

/// A limit: the same in every window, or moving with a baseline.
pub(super) struct LimitLine<'a> {
    pub(super) kind: Kind,
    pub(super) label: String,
    pub(super) moves: bool,
    pub(super) at: ValueAt<'a>,
}

/// The windows that breach one rule.
pub(super) struct Lane {
    pub(super) kind: Kind,
    pub(super) label: String,
    pub(super) breaches: Vec<Stretch>,
    /// The first window at whose end it fired.
    pub(super) fired_at: Option<usize>,
}

const WIDTH: f64 = 560.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = WIDTH - 112.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = TOP + 150.0;
/// Where the lanes begin: the rows of breaches below the curves.
const LANES: f64 = BOTTOM + 8.0;
/// The height of a line of text, with room for the larger letters of a small screen.
const ROW: f64 = 17.0;

impl Chart<'_> {
    /// The chart as an SVG element.
    pub(super) fn draw(&self) -> String {
        let drawing = Drawing::new(self);
        let height = drawing.axis_at() + ROW * drawing.rows_of_axis();
        let mut svg = SVG::new()
            .set("class", "chart")
            .set("role", "img")
            .set("viewBox", format!("0 0 {WIDTH} {height}"))
            .add(Title::new(self.name.as_str()))
            .add(Description::new().add(svg::node::Text::new(self.description.as_str())));
        for layer in [
            drawing.bands(),
            drawing.grid(),
            drawing.windows(),
            drawing.limits(),
            drawing.curves(),
            drawing.worst(),
            drawing.labels(),
            drawing.lanes(),
        ] {
            svg = svg.add(layer);
        }
        svg.to_string()
    }
}

/// The sample of a curve's look, for a legend.
pub(super) fn curve_sample(index: usize) -> String {
    let line = path(Data::new().move_to(at(0.0, 6.0)).horizontal_line_to(rounded(30.0)), &look_of(index));
    let sample = sample().add(line);
    marker(index, 15.0, 6.0).map_or_else(|| sample.to_string(), |marker| sample.clone().add(marker).to_string())
}

/// The sample of a limit's look, for a legend.
pub(super) fn limit_sample(kind: Kind) -> String {
    let line = Data::new().move_to(at(0.0, 6.0)).horizontal_line_to(rounded(30.0));
    sample().add(path(line, &format!("limit {}", kind.name()))).to_string()
}

/// The sample of windows without data, for a legend.
pub(super) fn gap_sample() -> String {
    let block = Rectangle::new().set("class", "gap").set("width", 30).set("height", 12);
    sample().add(block).to_string()
}

fn sample() -> SVG {
    SVG::new().set("class", "sample").set("viewBox", "0 0 30 12").set("aria-hidden", "true")
}

/// What the windows of one column come to.
#[derive(Clone, Copy, Default)]
struct ChartColumn {
    /// The lowest and the highest value; `None` where no window has data.
    range: Option<(f64, f64)>,
    has_gap: bool,
}

impl ChartColumn {
    fn add(&mut self, value: Option<f64>) {
        match (value, self.range) {
            (None, _) => self.has_gap = true,
            (Some(value), None) => self.range = Some((value, value)),
            (Some(value), Some((low, high))) => self.range = Some((low.min(value), high.max(value))),
        }
    }
}

struct Drawing<'a> {
    chart: &'a Chart<'a>,
    columns: usize,
    /// The columns of each curve.
    curves: Vec<Vec<ChartColumn>>,
    /// The columns of each limit.
    limits: Vec<Vec<ChartColumn>>,
    scale: Scale,
}

impl<'a> Drawing<'a> {
    fn new(chart: &'a Chart<'a>) -> Self {
        let columns = chart.windows.clamp(1, COLUMNS);
        let in_columns = |at: &ValueAt<'_>| {
            let mut found = vec![ChartColumn::default(); columns];
            for window in 0..chart.windows {
                if let Some(column) = found.get_mut(column_of(window, columns, chart.windows)) {
                    column.add(at(window));
                }
            }
            found
        };
        let curves: Vec<Vec<ChartColumn>> = chart.curves.iter().map(|curve| in_columns(&curve.at)).collect();
        let limits: Vec<Vec<ChartColumn>> = chart.limits.iter().map(|limit| in_columns(&limit.at)).collect();
        let ranges = curves.iter().chain(&limits).flatten().filter_map(|column| column.range);
        let values = ranges.flat_map(|(low, high)| [low, high]).chain(chart.worst.map(|worst| worst.value));
        let scale = Scale::around(values, chart.unit);
        Self { chart, columns, curves, limits, scale }
    }

    /// Where a column begins.
    fn edge(&self, column: usize) -> f64 {
        LEFT + (RIGHT - LEFT) * column as f64 / self.columns as f64
    }

    fn middle(&self, column: usize) -> f64 {
        f64::midpoint(self.edge(column), self.edge(column + 1))
    }

    fn column(&self, window: usize) -> usize {
        column_of(window, self.columns, self.chart.windows)
    }

    fn height(&self, value: f64) -> f64 {
        BOTTOM - (BOTTOM - TOP) * self.scale.part(value)
    }

    /// Whether every window has a column of its own.
    fn is_exact(&self) -> bool {
        self.columns == self.chart.windows
    }

    /// Windows that breach, and windows without data, from top to bottom.
    fn bands(&self) -> Group {
        let mut group = Group::new();
        for kind in [Kind::Gate, Kind::Rollback] {
            let lanes = self.chart.lanes.iter().filter(|lane| lane.kind == kind);
            let class = format!("band {}", kind.name());
            for (from, to) in self.runs(lanes.flat_map(|lane| &lane.breaches)) {
                group = group.add(self.block(from, to, TOP, BOTTOM, &class));
            }
        }
        for (from, to) in self.gaps() {
            group = group.add(self.block(from, to, TOP, BOTTOM, "gap"));
            if self.edge(to + 1) - self.edge(from) > 58.0 {
                let middle = f64::midpoint(self.edge(from), self.edge(to + 1));
                group = group.add(text("no data", middle, TOP + 14.0, "note middle"));
            }
        }
        group
    }

    fn block(&self, from: usize, to: usize, top: f64, bottom: f64, class: &str) -> Rectangle {
        let (left, right) = (self.edge(from), self.edge(to + 1));
        Rectangle::new()
            .set("class", class)
            .set("x", rounded(left))
            .set("y", rounded(top))
            .set("width", rounded((right - left).max(1.5)))
            .set("height", rounded(bottom - top))
    }

    /// Columns in a row that hold a window of `stretches`, in order, both ends inside.
    fn runs<'s>(&self, stretches: impl Iterator<Item = &'s Stretch>) -> Vec<(usize, usize)> {
        let mut marked = vec![false; self.columns];
        for stretch in stretches {
            let (from, to) = (self.column(stretch.from), self.column(stretch.to));
            marked.iter_mut().take(to + 1).skip(from).for_each(|column| *column = true);
        }
        runs_of(&marked)
    }

    /// Columns in a row in which some curve has a gap.
    fn gaps(&self) -> Vec<(usize, usize)> {
        let mut marked = vec![false; self.columns];
        for curve in &self.curves {
            marked.iter_mut().zip(curve).for_each(|(mark, column)| *mark |= column.has_gap);
        }
        runs_of(&marked)
    }

    /// Horizontal lines with their numbers, and the unit above them.
    fn grid(&self) -> Group {
        let unit = text(self.chart.unit.name(), LEFT - 8.0, TOP - 12.0, "tick end");
        self.scale.ticks(self.chart.unit).iter().fold(Group::new().add(unit), |group, tick| {
            let y = self.height(tick.value);
            group.add(stroke(LEFT, y, RIGHT, y, "grid")).add(text(&tick.text, LEFT - 8.0, y + 4.0, "tick end"))
        })
    }

    fn axis_at(&self) -> f64 {
        match self.chart.lanes.len() {
            0 => BOTTOM,
            lanes => LANES + ROW * lanes as f64,
        }
    }

    fn rows_of_axis(&self) -> f64 {
        match (self.chart.opens)(0) {
            None => 1.4,
            Some(text) if text.contains(' ') => 3.4,
            Some(_) => 2.4,
        }
    }

    /// The axis of windows, with the clock times at which they open.
    fn windows(&self) -> Group {
        let (windows, top) = (self.chart.windows, self.axis_at());
        let most = if self.rows_of_axis() > 3.0 { 4 } else { 6 };
        let axis = Group::new().add(stroke(LEFT, top, RIGHT, top, "axis"));
        (0..windows).step_by(round_stride(windows, most)).fold(axis, |group, window| {
            let x = self.middle(self.column(window));
            let group = group.add(stroke(x, top, x, top + 4.0, "axis"));
            let group = group.add(text(&format!("w{window}"), x, top + ROW, "tick middle"));
            let opens = (self.chart.opens)(window).unwrap_or_default();
            let rows = opens.split(' ').rev().filter(|row| !row.is_empty());
            (2..).zip(rows).fold(group, |group, (row, words)| {
                group.add(text(words, x, top + ROW * f64::from(row), "tick middle quiet"))
            })
        })
    }

    fn limits(&self) -> Group {
        self.chart.limits.iter().zip(&self.limits).fold(Group::new(), |group, (limit, columns)| {
            group.add(path(self.steps(columns), &format!("limit {}", limit.kind.name())))
        })
    }

    /// In reverse, so that the first curves are drawn on top of the grey ones.
    fn curves(&self) -> Group {
        let curves = self.curves.iter().enumerate().rev();
        curves.fold(Group::new(), |group, (index, columns)| {
            let line = if self.chart.unit.is_range() { self.line(columns) } else { self.steps(columns) };
            let group = group.add(path(line, &look_of(index)));
            self.markers(index, columns).into_iter().fold(group, Group::add)
        })
    }

    /// From middle to middle; where windows share a column, down and up through all its values.
    fn line(&self, columns: &[ChartColumn]) -> Data {
        let mut is_down = false;
        columns.iter().enumerate().fold(Data::new(), |data, (column, ChartColumn { range, .. })| {
            let Some((low, high)) = *range else {
                is_down = false;
                return data;
            };
            let (low, high) = (at(self.middle(column), self.height(low)), at(self.middle(column), self.height(high)));
            let data = if is_down { data.line_to(low) } else { data.move_to(low) };
            // A line from a point to itself is drawn as a dot, so that a single value between two gaps is seen.
            let data = if !is_down || low != high { data.line_to(high) } else { data };
            is_down = true;
            data
        })
    }

    /// From edge to edge.
    fn steps(&self, columns: &[ChartColumn]) -> Data {
        let mut is_down = false;
        columns.iter().enumerate().fold(Data::new(), |data, (column, ChartColumn { range, .. })| {
            let Some((low, high)) = *range else {
                is_down = false;
                return data;
            };
            let start = at(self.edge(column), self.height(low));
            let data = if is_down { data.line_to(start) } else { data.move_to(start) };
            is_down = true;
            let data = if low == high { data } else { data.line_to(at(self.edge(column), self.height(high))) };
            data.horizontal_line_to(rounded(self.edge(column + 1)))
        })
    }

    /// A marker for each window, where there is room, which shows its value when the pointer is on it.
    fn markers(&self, index: usize, columns: &[ChartColumn]) -> Vec<Group> {
        const MOST: usize = 40;
        if !self.is_exact() || self.columns > MOST {
            return Vec::new();
        }
        let values = columns.iter().enumerate().filter_map(|(window, column)| Some((window, column.range?.0)));
        let markers = values.filter_map(|(window, value)| {
            let marker = marker(index, self.middle(window), self.height(value))?;
            Some(Group::new().add(Title::new(self.value_in_words(window, value))).add(marker))
        });
        markers.collect()
    }

    /// `w2 (15:15Z): 431.6 ms`
    fn value_in_words(&self, window: usize, value: f64) -> String {
        let opens = (self.chart.opens)(window).map_or_else(String::new, |opens| format!(" ({opens})"));
        format!("w{window}{opens}: {}{}", short(value, 6), self.chart.unit.suffix())
    }

    fn worst(&self) -> Group {
        let place = self.chart.worst.and_then(|worst| Some((worst.value, worst.window?)));
        let Some((value, window)) = place else {
            return Group::new();
        };
        let (x, y) = (self.middle(self.column(window)), self.height(value));
        let ring = Circle::new().set("class", "worst").set("cx", rounded(x)).set("cy", rounded(y)).set("r", 6);
        let above = if y > TOP + 10.0 { y - 11.0 } else { y + 20.0 };
        let words = format!("{}{}", short(value, 6), self.chart.unit.suffix());
        Group::new().add(ring).add(text(&words, x.clamp(LEFT + 30.0, RIGHT - 30.0), above, "value middle"))
    }

    /// The labels to the right of limits and curves, moved apart, each with a line to the end of what it names.
    fn labels(&self) -> Group {
        const GAP: f64 = 12.0;
        let last = |columns: &[ChartColumn]| columns.iter().rev().find_map(|column| column.range).map(|(_, high)| high);
        let limits = self.chart.limits.iter().zip(&self.limits).filter_map(|(limit, columns)| {
            Some((self.height(last(columns)?), limit.label.as_str(), format!("label {}", limit.kind.name())))
        });
        let curves = self.chart.curves.iter().zip(&self.curves).enumerate().take(LOOKS);
        let curves =
            curves.filter(|(_, (curve, _))| !curve.label.is_empty()).filter_map(|(index, (curve, columns))| {
                Some((self.height(last(columns)?), curve.label.as_str(), format!("label s{index}")))
            });
        let mut labels: Vec<_> = limits.chain(curves).collect();
        labels.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
        let places = spread(&labels.iter().map(|(y, ..)| *y).collect::<Vec<_>>());
        labels.iter().zip(places).fold(Group::new(), |group, ((y, words, class), place)| {
            let leader = stroke(RIGHT, *y, RIGHT + GAP - 3.0, place, "leader");
            group.add(leader).add(text(words, RIGHT + GAP, place + 4.0, class))
        })
    }

    /// Below the curves, a row for each rule that is breached: in which windows, and where it fired.
    fn lanes(&self) -> Group {
        (0_u32..).zip(&self.chart.lanes).fold(Group::new(), |group, (row, lane)| {
            let top = LANES + ROW * f64::from(row);
            let middle = top + ROW / 2.0;
            let class = format!("lane {}", lane.kind.name());
            let group = group.add(text("breach", LEFT - 8.0, middle + 4.0, "tick end"));
            let label = text(&lane.label, RIGHT + 12.0, middle + 4.0, &format!("label {}", lane.kind.name()));
            let runs = self.runs(lane.breaches.iter());
            let group = runs.iter().fold(group.add(label), |group, (from, to)| {
                group.add(self.block(*from, *to, top + 4.0, top + ROW - 4.0, &class))
            });
            match lane.fired_at {
                Some(window) => group.add(self.fired(window, &runs, middle)),
                None => group,
            }
        })
    }

    /// A flag where a rule fired, and the word beside the run that fired it.
    fn fired(&self, window: usize, runs: &[(usize, usize)], middle: f64) -> Group {
        let column = self.column(window);
        let (from, to) = runs.iter().find(|(_, to)| *to >= column).copied().unwrap_or((column, column));
        let x = self.edge(column + 1);
        let flag = Data::new().move_to(at(x, middle - 7.0)).line_to(at(x, middle + 7.0));
        let end = self.edge(to + 1);
        let (beside, anchor) = if end < RIGHT - 50.0 { (end + 5.0, "") } else { (self.edge(from) - 5.0, " end") };
        let words = text("fired", beside, middle + 4.0, &format!("value{anchor}"));
        Group::new().add(path(flag, "flag")).add(words)
    }
}

/// The column of a window.
fn column_of(window: usize, columns: usize, windows: usize) -> usize {
    window.saturating_mul(columns) / windows.max(1)
}

/// Where marks stand in a row: the first and the last of each run.
fn runs_of(marked: &[bool]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (column, _) in marked.iter().enumerate().filter(|(_, is_marked)| **is_marked) {
        match runs.last_mut() {
            Some((_, to)) if *to + 1 == column => *to = column,
            _ => runs.push((column, column)),
        }
    }
    runs
}

/// Heights near the wished ones, which are in order, but a row apart, as far as they fit between top and bottom.
fn spread(wished: &[f64]) -> Vec<f64> {
    let mut places = Vec::with_capacity(wished.len());
    let mut lowest = TOP - 6.0;
    for wish in wished {
        let place = wish.max(lowest);
        places.push(place);
        lowest = place + ROW - 2.0;
    }
    let mut highest = BOTTOM - 4.0;
    for place in places.iter_mut().rev() {
        *place = place.min(highest);
        highest = *place - ROW + 2.0;
    }
    places
}

/// 1, 2, 5, 10, 20, 50 and so on: the smallest that leaves at most `most` of `count`.
fn round_stride(count: usize, most: usize) -> usize {
    let powers = std::iter::successors(Some(1_usize), |power| power.checked_mul(10));
    let strides = powers.flat_map(|power| [1, 2, 5].map(|digit| power.saturating_mul(digit)));
    strides.into_iter().find(|stride| count.div_ceil(*stride) <= most).unwrap_or(usize::MAX)
}

fn look_of(index: usize) -> String {
    if index < LOOKS { format!("curve s{index}") } else { "curve other".to_owned() }
}

/// The marker of a curve; none for those without a look of their own.
fn marker(index: usize, x: f64, y: f64) -> Option<Element> {
    /// The corners of each shape but the first, which is round.
    const CORNERS: [&[(f64, f64)]; LOOKS - 1] = [
        &[(-3.0, -3.0), (3.0, -3.0), (3.0, 3.0), (-3.0, 3.0)],
        &[(0.0, -4.0), (4.0, 3.0), (-4.0, 3.0)],
        &[(0.0, -4.5), (4.5, 0.0), (0.0, 4.5), (-4.5, 0.0)],
        &[(-4.0, -3.0), (4.0, -3.0), (0.0, 4.0)],
        &[(-4.0, -1.5), (4.0, -1.5), (4.0, 1.5), (-4.0, 1.5)],
    ];
    let class = format!("marker s{index}");
    let Some(place) = index.checked_sub(1) else {
        let dot = Circle::new().set("class", class).set("cx", rounded(x)).set("cy", rounded(y)).set("r", 3);
        return Some(dot.into());
    };
    let (first, rest) = CORNERS.get(place)?.split_first()?;
    let corner = |(dx, dy): &(f64, f64)| at(x + dx, y + dy);
    let shape = rest.iter().fold(Data::new().move_to(corner(first)), |data, next| data.line_to(corner(next)));
    Some(path(shape.close(), &class).into())
}

fn path(data: Data, class: &str) -> Path {
    Path::new().set("class", class).set("d", data)
}

fn stroke(x1: f64, y1: f64, x2: f64, y2: f64, class: &str) -> Stroke {
    let ends = [("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)];
    ends.into_iter().fold(Stroke::new().set("class", class), |line, (name, value)| line.set(name, rounded(value)))
}

fn text(words: &str, x: f64, y: f64, class: &str) -> Text {
    Text::new(words).set("class", class).set("x", rounded(x)).set("y", rounded(y))
}

fn at(x: f64, y: f64) -> (f32, f32) {
    (rounded(x), rounded(y))
}

/// Rounded to a tenth of a pixel, which is finer than anyone sees.
fn rounded(length: f64) -> f32 {
    // Lengths are those of the drawing, a few hundred.
    #[allow(clippy::cast_possible_truncation)]
    let length = (length * 10.0).round() as f32;
    length / 10.0
}
