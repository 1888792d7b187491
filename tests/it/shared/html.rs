//! A page as a parser of HTML that browsers share sees it.

use scraper::{ElementRef, Html, Selector};

/// Reads a page in which that parser finds nothing wrong.
pub(crate) fn parse(page: &str) -> Html {
    let parsed = Html::parse_document(page);
    assert!(parsed.errors.is_empty(), "{:?} in {page}", parsed.errors);
    parsed
}

pub(crate) fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

/// The words of an element, however many spaces are between them.
pub(crate) fn text_of(element: ElementRef<'_>) -> String {
    element.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

#[allow(dead_code, reason = "not every test looks at several")]
pub(crate) fn texts(page: &Html, selector: &str) -> Vec<String> {
    select(page, selector).into_iter().map(text_of).collect()
}
