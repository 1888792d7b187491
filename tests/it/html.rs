//! The page over one set of verdicts: what it looks like (`tests/snapshots/html`), and what holds for every page.

use base64::{Engine, prelude::BASE64_STANDARD};
use rollout_gate::exit::Exit;
use scraper::{ElementRef, Selector};
use sha2::{Digest, Sha256};

use crate::shared::{
    html::{parse, select, text_of, texts},
    kept,
    pages::{self, Source, page},
    verdicts::{TABLE, VERDICTS},
};

fn files<'a>(paths: &'a [&'a str]) -> String {
    let sources: Vec<_> = paths.iter().map(|path| Source::file(path)).collect();
    page(TABLE, &sources)
}

/// Every verdict in one page.
fn batch() -> String {
    files(&VERDICTS.map(|case| case.snapshot))
}

/// A page as people review it: a tag a line, without the style and the script, which have files of their own.
fn reviewable(page: &str) -> String {
    let (before, rest) = page.split_once("<style>").unwrap();
    let page = format!("{before}<style>...{}", rest.split_once("</style>").unwrap().1);
    // Their hashes have a test of their own.
    let mut pieces = page.split("'sha256-");
    let first = pieces.next().unwrap().to_owned();
    let page = pieces.fold(first, |page, piece| format!("{page}'sha256-...'{}", piece.split_once('\'').unwrap().1));
    page.replace("><", ">\n<")
}

fn word(code: i32) -> &'static str {
    [Exit::Promote, Exit::Hold, Exit::NoVerdict, Exit::Rollback]
        .into_iter()
        .find(|exit| *exit as i32 == code)
        .unwrap()
        .word()
}

#[test]
fn the_page_of_each_verdict() {
    for case in VERDICTS {
        let page = files(&[case.snapshot]);
        let parsed = parse(&page);
        assert_eq!(texts(&parsed, "h1"), [word(case.code)], "{}", case.name);
        assert_eq!(select(&parsed, "script").len(), 0, "{}", case.name);
        let settings = kept::kept_in("html");
        settings.bind(|| insta::assert_snapshot!(case.name, reviewable(&page)));
    }
}

/// The worst verdict is that of the batch; the overview lists the snapshots by it, and each is there in full.
#[test]
fn a_batch_opens_with_an_overview() {
    let parsed = parse(&batch());
    assert_eq!(texts(&parsed, "h1"), ["ROLLBACK"]);
    let mut codes = VERDICTS.map(|case| case.code).to_vec();
    codes.sort_unstable_by(|a, b| b.cmp(a));
    let words: Vec<_> = codes.into_iter().map(word).collect();
    assert_eq!(texts(&parsed, ".overview tbody .state"), words);
    assert_eq!(texts(&parsed, "article > details > summary .state"), words);
    for (row, link) in select(&parsed, ".overview tbody tr").iter().zip(select(&parsed, ".overview tbody a")) {
        let article = format!("#{}", row.attr("data-article").unwrap());
        assert_eq!(select(&parsed, &article).len(), 1);
        let place = format!("{article} [id=\"{}\"]", link.attr("href").unwrap().trim_start_matches('#'));
        assert_eq!(select(&parsed, &place).len(), 1);
    }
    // What is open is what needs a look.
    let is_open: Vec<_> = select(&parsed, "article > details").iter().map(|d| d.attr("open").is_some()).collect();
    assert_eq!(is_open, words.iter().map(|word| *word != "PROMOTE").collect::<Vec<_>>());
    let mut kinds = texts(&parsed, "form option");
    kinds.retain(|kind| words.contains(&kind.as_str()));
    assert_eq!(kinds, ["ROLLBACK", "NO VERDICT", "HOLD", "PROMOTE"]);
    let values: Vec<_> = select(&parsed, "form option").iter().map(|option| option.attr("value").unwrap()).collect();
    for row in select(&parsed, "[data-verdict]") {
        assert!(values.contains(&row.attr("data-verdict").unwrap()));
    }
    assert!(select(&parsed, "form.filter")[0].attr("hidden").is_some(), "without the script there is no filter");
}

/// What the reader asks first is there, in words, without the table or the snapshot at hand.
#[test]
fn what_happened_since_when_by_how_much_and_what_now() {
    let parsed = parse(&files(&["fixtures/good/shop/rollback.json"]));
    let first = text_of(select(&parsed, ".finding")[0]);
    for part in [
        "ROLLBACK p95_ms p95>400ms_for_2x5m",
        "Since w2 (09:10Z); it fired at the end of w3 (09:20Z)",
        "By how much 447 ms against 400 ms: 47 ms (12%) above it, in w2 (09:10Z)",
        "Rolls back when p95_ms is above 400 ms for 2 windows in a row.",
        "rollback.p95_ms.above , fixtures/good/shop.yaml:46",
    ] {
        assert!(first.contains(part), "{part} in {first}");
    }
    assert_eq!(texts(&parsed, ".next h3"), ["What to do now, within 10m"]);
    assert_eq!(texts(&parsed, ".next ol li"), ["Route everything to the old version.", "Open an incident."]);
}

/// Each judged metric has one chart: an image with a name and a description, and its values beside it.
#[test]
fn charts_have_alternatives() {
    let parsed = parse(&batch());
    let figures = select(&parsed, "figure");
    assert!(figures.len() > 20);
    for figure in figures {
        let one = |selector: &str| {
            let found: Vec<_> = figure.select(&Selector::parse(selector).unwrap()).collect();
            assert_eq!(found.len(), 1, "{selector} in {}", figure.html());
            found[0]
        };
        assert_eq!(one("svg.chart").attr("role"), Some("img"));
        assert!(!text_of(one("svg.chart > title")).is_empty());
        assert!(text_of(one("svg.chart > desc")).ends_with('.'));
        assert!(one("details table").select(&Selector::parse("tbody th[scope=row]").unwrap()).count() > 0);
    }
}

/// Headings go down by one at a time, and ids are there once.
#[test]
fn the_outline_has_no_holes() {
    for page in
        [batch(), files(&["fixtures/good/shop/rollback.json"]), files(&["fixtures/bad/snapshots/many-faults.json"])]
    {
        let parsed = parse(&page);
        let levels = select(&parsed, "h1, h2, h3, h4, h5, h6")
            .into_iter()
            .map(|h| h.value().name().trim_start_matches('h').parse::<u8>().unwrap());
        let levels: Vec<u8> = levels.collect();
        assert!(levels[0] == 1 && levels[1..].iter().all(|level| *level > 1), "{levels:?}");
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
        for landmark in ["header", "main", "footer", "title", "html[lang]"] {
            assert_eq!(select(&parsed, &format!("{landmark}:not(main *)")).len(), 1, "{landmark}");
        }
        let mut ids: Vec<_> = select(&parsed, "[id]").iter().map(|element| element.attr("id").unwrap()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}

/// The policy in the page lets in its style and its script by their hashes, and nothing else.
#[test]
fn the_policy_names_the_style_and_the_script() {
    let page = batch();
    let parsed = parse(&page);
    let policy = select(&parsed, "meta[http-equiv]")[0].attr("content").unwrap();
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    for element in ["style", "script"] {
        let found = select(&parsed, element);
        assert_eq!(found.len(), 1);
        let hash = BASE64_STANDARD.encode(Sha256::digest(found[0].text().collect::<String>()));
        assert!(policy.contains(&format!("{element}-src 'sha256-{hash}'")), "{element}: the hash is sha256-{hash}");
    }
    // Nothing is fetched, and nothing acts but the one script.
    for selector in ["[style]", "[src]", "[onclick]", "[onload]", "iframe", "object", "img", "style ~ style", "base"] {
        assert_eq!(select(&parsed, selector).len(), 0, "{selector}");
    }
    let leaving = |link: &ElementRef<'_>| !link.attr("href").unwrap().starts_with(['#']);
    assert_eq!(select(&parsed, "a").iter().filter(|link| leaving(link)).count(), 0);
}

#[test]
fn equal_inputs_give_equal_bytes() {
    assert_eq!(batch(), batch());
}

/// A long snapshot is drawn in columns in which no breach is lost, and its table is folded to what matters.
#[test]
fn a_million_windows_make_a_small_page() {
    let mut values = vec!["212.5"; 1_000_000];
    values[777_777] = "350";
    values[123_456] = "null";
    let ones = vec!["1"; values.len()].join(",");
    let snapshot = format!(
        "{{\"pipeline\": \"checkout\", \"stage\": \"canary\", \"start\": \"2020-01-01T00:00:00Z\",
          \"metrics\": {{\"p95_ms\": [{}], \"errors\": [{ones}], \"requests\": [{}]}}}}",
        values.join(","),
        ones.replace('1', "400"),
    );
    let page = page(TABLE, &[Source::text("long.json", &snapshot)]);
    assert!(page.len() < 150_000, "{}", page.len());
    let parsed = parse(&page);
    assert!(texts(&parsed, "figure .note").iter().any(|note| note.starts_with("1000000 windows share 390 columns")));
    let rows = texts(&parsed, "figure tbody th");
    for row in ["w0", "w123455", "w123456", "w123457", "w777776", "w777777", "w777778", "w999999"] {
        assert!(rows.iter().any(|found| found == row), "{row} in {rows:?}");
    }
    let bands = select(&parsed, "figure rect.band.gate");
    assert_eq!(bands.len(), 1);
    let width: f64 = bands[0].attr("width").unwrap().parse().unwrap();
    assert!((0.9..3.0).contains(&width), "{width}");
    let curve = select(&parsed, "figure .curve")[0].attr("d").unwrap().to_owned();
    assert!(curve.len() < 12_000 && curve.matches('M').count() == 1, "a column with one gap of many is still drawn");
}

/// One window, constant series, flags, plain numbers, and values at the ends of what a number can be.
#[test]
fn odd_shapes_are_drawn() {
    let table = "version: 1\npipelines:\n  p:\n    metrics: { x: { unit: number }, drill: { unit: flag } }\n    stages: { s: {} }\n\
                 \x20   gate: [{ metric: x, max: 0 }, { metric: drill, equals: 0 }, { metric: x, min: baseline - 10%, id: b }]\n    rollback: []\n";
    for (x, drill) in [
        ("5", "true"),
        ("[5]", "[1]"),
        ("[null]", "[null]"),
        ("[0, 0, 0]", "[0, 1, 0]"),
        ("[-1.7976931348623157e308, 1.7976931348623157e308]", "[true, false]"),
        ("[5e-324, null, 5e-324]", "false"),
        ("{\"a\": [1, null, 3], \"b\": 2}", "[0, null, 1]"),
    ] {
        for baseline in ["", ", \"baseline\": {\"x\": 4}"] {
            let snapshot = format!(
                "{{\"stage\": \"s\", \"window_minutes\": 1, \"metrics\": {{\"x\": {x}, \"drill\": {drill}}}{baseline}}}"
            );
            let page = pages::page_of(table, "t.yaml", &[Source::text("s.json", &snapshot)]);
            let parsed = parse(&page);
            assert_eq!(select(&parsed, "svg.chart").len(), 2, "{snapshot}");
            for shape in select(&parsed, "svg [d], svg [x], svg [y1], svg [height]") {
                let html = shape.html();
                assert!(!html.contains("NaN") && !html.contains("inf"), "{snapshot}: {html}");
            }
        }
    }
}
