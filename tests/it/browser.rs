//! The page of `--report-html` in a real browser: it needs nothing and complains of nothing, it shows the verdict, it
//! can be read by light and dark, small and printed, by keyboard and by ear.
//!
//! `cargo test --test it browser:: -- --ignored` with Chromium installed; with `SCREENSHOTS=docs` it takes the pictures there
//! anew.

use std::{env, fs, path::Path};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::shared::{
    binary::{check, run},
    chromium::Chromium,
    folder::folder,
    verdicts::{TABLE, VERDICTS},
};

const DESK: (u32, u32) = (1200, 900);
const PHONE: (u32, u32) = (360, 740);

/// The page of these snapshots, as the binary writes it.
fn page(folder: &Path, name: &str, arguments: &[&str], code: i32) -> String {
    let file = folder.join(format!("{name}.html"));
    let run = run(check(arguments).arg("--report-html").arg(&file)).unwrap();
    assert_eq!(run.code, Some(code), "{name}: {run:?}");
    format!("file://{}", file.display())
}

/// Every verdict and its page.
fn pages(folder: &Path) -> Vec<(&'static str, &'static str, String)> {
    let word = |code| ["PROMOTE", "HOLD", "NO VERDICT", "ROLLBACK"][usize::try_from(code).unwrap()];
    let page = |name, snapshot, code| (name, word(code), page(folder, name, &["--gates", TABLE, snapshot], code));
    VERDICTS.iter().map(|case| page(case.name, case.snapshot, case.code)).collect()
}

fn batch(folder: &Path) -> String {
    let snapshots = VERDICTS.map(|case| case.snapshot);
    page(folder, "batch", &[&["--gates", TABLE][..], &snapshots].concat(), 3)
}

#[test]
#[ignore = "needs Chromium"]
fn each_verdict_is_shown_and_nothing_is_wrong() {
    let folder = folder("verdicts").unwrap();
    let mut browser = Chromium::start(&folder.join("profile"));
    for (name, word, url) in pages(&folder) {
        for (screen, scheme) in [(DESK, "light"), (DESK, "dark"), (PHONE, "light")] {
            browser.prefer("", scheme);
            browser.open(&url, screen);
            assert_eq!(browser.complaints(&url), [""; 0], "{name}");
            assert_eq!(browser.evaluate("document.querySelector('h1').innerText"), word, "{name}");
            assert!(browser.evaluate("document.title").as_str().unwrap().starts_with(&format!("{word}: ")), "{name}");
            fits(&mut browser, name, screen);
            contrasts(&mut browser, name, scheme);
        }
        has_names(&mut browser, name);
        prints(&mut browser, name);
    }
}

/// Nothing stands outside the screen, but in what scrolls by itself.
fn fits(browser: &mut Chromium, name: &str, (width, _): (u32, u32)) {
    let wide = browser.evaluate("document.documentElement.scrollWidth");
    assert!(wide.as_u64() <= Some(width.into()), "{name} is {wide} wide on {width}");
    // Of charts too: their words stay within their frames.
    let out = browser.evaluate(
        "[...document.querySelectorAll('svg.chart text')].filter(text => {
           const [own, frame] = [text.getBoundingClientRect(), text.closest('figure').getBoundingClientRect()];
           return own.left < frame.left || own.right > frame.right;
         }).map(text => text.textContent)",
    );
    assert_eq!(out, json!([]), "{name} on {width}");
}

/// Every text stands out from what is behind it, by WCAG 2.2 AA (1.4.3): 4.5 to 1, or 3 to 1 where it is large.
fn contrasts(browser: &mut Chromium, name: &str, scheme: &str) {
    const FAINT: &str = r"(() => {
      const parts = colour => (colour.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
      const over = ([r, g, b, a = 1], below) => [r, g, b].map((part, at) => part * a + below[at] * (1 - a));
      const behind = element => {
        if (!element) return over(parts(getComputedStyle(document.body).backgroundColor), [255, 255, 255]);
        const own = parts(getComputedStyle(element).backgroundColor);
        return own[3] === undefined ? own : over(own, behind(element.parentElement));
      };
      const light = colour => {
        const [r, g, b] = colour.map(part => part / 255).map(part => part <= .03928 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b;
      };
      const contrast = (a, b) => (Math.max(light(a), light(b)) + .05) / (Math.min(light(a), light(b)) + .05);
      const faint = [];
      for (const element of document.querySelectorAll('body *')) {
        const hasText = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
        if (!hasText || !element.checkVisibility() || ['TITLE', 'DESC', 'SCRIPT'].includes(element.tagName.toUpperCase())) continue;
        const style = getComputedStyle(element);
        const colour = parts(element.namespaceURI.endsWith('svg') ? style.fill : style.color).slice(0, 3);
        const size = parseFloat(style.fontSize);
        const least = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
        const found = contrast(colour, behind(element));
        if (found < least) faint.push(`${found.toFixed(2)}: ${element.textContent.trim().slice(0, 40)}`);
      }
      return faint;
    })()";
    assert_eq!(browser.evaluate(FAINT), json!([]), "{name} by {scheme}");
}

/// What a screen reader meets has a name: charts, tables that scroll, fields.
fn has_names(browser: &mut Chromium, name: &str) {
    let tree = browser.call("Accessibility.getFullAXTree", json!({}));
    let nodes: Vec<&Value> = tree["nodes"].as_array().unwrap().iter().filter(|node| node["ignored"] == false).collect();
    let with = |roles: &[&str]| {
        let nodes = nodes.iter().filter(|node| roles.iter().any(|role| node["role"]["value"] == *role));
        nodes.map(|node| (*node).clone()).collect::<Vec<Value>>()
    };
    for node in with(&["image", "img", "region", "searchbox", "combobox", "heading", "link", "button"]) {
        assert!(node["name"]["value"].as_str().is_some_and(|name| !name.trim().is_empty()), "{name}: {node}");
    }
    let charts = browser
        .evaluate("[...document.querySelectorAll('svg.chart')].filter(chart => chart.checkVisibility()).length")
        .as_u64()
        .unwrap();
    let images = with(&["image", "img"]);
    assert_eq!(images.len() as u64, charts, "{name}");
    assert!(
        images.iter().all(|image| !image["description"]["value"].as_str().unwrap_or_default().is_empty()),
        "{name}"
    );
    for landmark in ["banner", "main", "contentinfo"] {
        assert_eq!(with(&[landmark]).len(), 1, "{name}: {landmark}");
    }
}

fn prints(browser: &mut Chromium, name: &str) {
    let pdf = browser.call("Page.printToPDF", json!({ "printBackground": true }));
    let pdf = BASE64_STANDARD.decode(pdf["data"].as_str().unwrap()).unwrap();
    assert!(pdf.starts_with(b"%PDF") && pdf.len() > 5000, "{name}");
}

/// Which snapshots the overview shows, and which are there in full.
fn shown(browser: &mut Chromium) -> (Value, Value) {
    let rows = "[...document.querySelectorAll('.overview tbody tr')].filter(row => row.checkVisibility())";
    let names = browser.evaluate(&format!("{rows}.map(row => row.querySelector('th bdi').innerText.split('/').pop())"));
    let articles = "[...document.querySelectorAll('article')].filter(article => article.checkVisibility())";
    let articles =
        browser.evaluate(&format!("{articles}.map(a => a.querySelector('h2 bdi').innerText.split('/').pop())"));
    (names, articles)
}

#[test]
#[ignore = "needs Chromium"]
fn a_batch_can_be_filtered() {
    let folder = folder("batch").unwrap();
    let url = batch(&folder);
    let mut browser = Chromium::start(&folder.join("profile"));
    for screen in [DESK, PHONE] {
        browser.open(&url, screen);
        fits(&mut browser, "batch", screen);
        contrasts(&mut browser, "batch", "light");
    }
    browser.open(&url, DESK);
    has_names(&mut browser, "batch");
    assert_eq!(shown(&mut browser).0.as_array().unwrap().len(), VERDICTS.len());

    // By keyboard alone: to the list of verdicts, to the words, to the button.
    browser.press("Tab", 9);
    assert_eq!(browser.evaluate("document.activeElement.name"), "verdict");
    assert_eq!(browser.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "solid");
    browser.press("Tab", 9);
    browser.call("Input.insertText", json!({ "text": "p95 CANARY" }));
    let found = json!(["rollback.json", "hold-no-data.json", "series.json"]);
    assert_eq!(shown(&mut browser), (found.clone(), found));
    assert_eq!(browser.evaluate("document.querySelector('output').innerText"), "3 of 9 shown");
    browser.evaluate(
        "(() => { const list = document.querySelector('select'); list.value = 'hold';
                  list.dispatchEvent(new Event('input', { bubbles: true })); })()",
    );
    let found = json!(["hold-no-data.json", "series.json"]);
    assert_eq!(shown(&mut browser), (found.clone(), found));
    browser.press("Enter", 13);
    assert_eq!(shown(&mut browser).0.as_array().unwrap().len(), 2, "Enter sends nothing anywhere");
    browser.evaluate("document.querySelector('button').focus()");
    browser.press("Enter", 13);
    browser.settle();
    assert_eq!(shown(&mut browser).1.as_array().unwrap().len(), VERDICTS.len());

    // A link from the overview opens what was closed.
    let open = "document.querySelector('article:last-of-type details').open";
    assert_eq!(browser.evaluate(open), false);
    browser.evaluate("document.querySelector('.overview tbody tr:last-child a').click()");
    browser.settle();
    assert_eq!(browser.evaluate(open), true);
    assert_eq!(browser.complaints(&url), [""; 0]);
}

#[test]
#[ignore = "needs Chromium"]
fn without_scripts_a_batch_is_a_plain_list() {
    let folder = folder("plain").unwrap();
    let url = batch(&folder);
    let mut browser = Chromium::start(&folder.join("profile"));
    browser.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    browser.load(&url, DESK);
    assert_eq!(shown(&mut browser).1.as_array().unwrap().len(), VERDICTS.len());
    assert_eq!(browser.evaluate("document.querySelector('form').checkVisibility()"), false);
}

/// That what would be wrong is seen.
#[test]
#[ignore = "needs Chromium"]
fn a_page_that_asks_for_more_is_found_out() {
    let folder = folder("wrong").unwrap();
    let mut browser = Chromium::start(&folder.join("profile"));
    let sound = fs::read_to_string(
        page(&folder, "sound", &["-q", "fixtures/tsfm/runbook.json", "--stage", "canary_5"], 0)
            .trim_start_matches("file://"),
    )
    .unwrap();
    for (name, what) in [
        ("script", "<script>let x</script>"),
        ("style", "<p style='color: red'>"),
        ("image", "<img src='http://localhost:9/x.png'>"),
        ("handler", "<p onclick='x()'></p>"),
    ] {
        let file = folder.join(format!("{name}.html"));
        fs::write(&file, sound.replace("</main>", &format!("{what}</main>"))).unwrap();
        let url = format!("file://{}", file.display());
        browser.open(&url, DESK);
        assert!(!browser.complaints(&url).is_empty(), "{name}");
    }
    let file = folder.join("free.html");
    fs::write(&file, "<script>console.log('x')</script><img src='http://localhost:9/x.png'>").unwrap();
    let url = format!("file://{}", file.display());
    browser.open(&url, DESK);
    let complaints = browser.complaints(&url).join("\n");
    assert!(complaints.contains("consoleAPICalled") && complaints.contains("requestWillBeSent"), "{complaints}");
}

/// The pictures of the documentation: taken to see that they can be, and kept if `SCREENSHOTS` names a folder.
#[test]
#[ignore = "needs Chromium"]
fn pictures() {
    let folder = folder("pictures").unwrap();
    let kept = env::var_os("SCREENSHOTS")
        .map_or_else(|| folder.clone(), |kept| Path::new(env!("CARGO_MANIFEST_DIR")).join(kept));
    let rollback = page(&folder, "rollback", &["fixtures/tsfm/canary_5/rollback.json"], 3);
    let mut browser = Chromium::start(&folder.join("profile"));
    for (name, scheme, screen, part) in
        [("report", "light", (1000, 624), "body"), ("report-charts", "dark", (1000, 900), ".metrics")]
    {
        browser.prefer("", scheme);
        browser.open(&rollback, screen);
        let clip = browser.evaluate(&format!(
            "(() => {{ const {{ x, y, width, height }} = document.querySelector('{part}').getBoundingClientRect();
                       const room = '{part}' === 'body' ? 0 : 12;
                       return {{ x: x - room, y: y - room, width: width + 2 * room,
                                 height: Math.min(height, {height}) + room, scale: 1 }}; }})()",
            height = if part == "body" { screen.1 } else { 400 },
        ));
        let picture = browser.call("Page.captureScreenshot", json!({ "clip": clip, "captureBeyondViewport": true }));
        let picture = picture["data"].clone();
        let picture = BASE64_STANDARD.decode(picture.as_str().unwrap()).unwrap();
        assert!((5_000..150_000).contains(&picture.len()), "{name}: {}", picture.len());
        fs::write(kept.join(format!("{name}.png")), picture).unwrap();
        assert!(include_str!("../../docs/reports.md").contains(&format!("]({name}.png)")), "{name} is not shown");
    }
}
