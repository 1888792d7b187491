//! The document of both `JUnit` reports, as the schema of Jenkins' xUnit plugin (junit-10.xsd) has it. Texts are
//! [`shown`](super::escape::shown): nothing is in them that XML cannot hold.

use std::io;

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

/// A `testsuite`.
#[derive(Debug)]
pub(super) struct TestSuite {
    pub(super) name: String,
    /// Names and values.
    pub(super) properties: Vec<(String, String)>,
    pub(super) cases: Vec<TestCase>,
}

/// A `testcase`.
#[derive(Debug)]
pub(super) struct TestCase {
    pub(super) name: String,
    pub(super) class: String,
    pub(super) ending: CaseResult,
}

/// What is in a `testcase`.
#[derive(Debug)]
pub(super) enum CaseResult {
    Passed,
    /// Passed, and has this to say.
    PassedSaying(String),
    /// Why.
    Skipped(String),
    Failure(CaseFault),
    Error(CaseFault),
}

/// What is wrong.
#[derive(Debug)]
pub(super) struct CaseFault {
    pub(super) message: String,
    pub(super) kind: Option<&'static str>,
    /// All there is to say, a line each.
    pub(super) text: String,
}

type Xml = Writer<Vec<u8>>;

/// The document, in which nothing says how long anything took.
pub(super) fn write(name: &str, suites: &[TestSuite]) -> String {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 4);
    // Writing to memory cannot fail.
    let written = document(&mut xml, name, suites);
    debug_assert!(written.is_ok());
    String::from_utf8(xml.into_inner()).unwrap_or_default()
}

fn document(xml: &mut Xml, name: &str, suites: &[TestSuite]) -> io::Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let [tests, failures, errors, _] = counts(suites.iter().flat_map(|suite| &suite.cases));
    // The schema has no attribute `skipped` at the root.
    xml.create_element("testsuites")
        .with_attributes([("name", name), ("tests", &tests), ("failures", &failures), ("errors", &errors)])
        .write_inner_content(|xml| suites.iter().try_for_each(|suite| write_suite(xml, suite)))?;
    xml.write_indent()
}

/// How many there are in all, failures, errors, and skipped ones.
fn counts<'a>(cases: impl Iterator<Item = &'a TestCase>) -> [String; 4] {
    let [mut tests, mut failures, mut errors, mut skipped] = [0_usize; 4];
    for case in cases {
        tests += 1;
        match case.ending {
            CaseResult::Passed | CaseResult::PassedSaying(_) => {}
            CaseResult::Skipped(_) => skipped += 1,
            CaseResult::Failure(_) => failures += 1,
            CaseResult::Error(_) => errors += 1,
        }
    }
    [tests, failures, errors, skipped].map(|count| count.to_string())
}

fn write_suite(xml: &mut Xml, TestSuite { name, properties, cases }: &TestSuite) -> io::Result<()> {
    let [tests, failures, errors, skipped] = counts(cases.iter());
    let suite = xml.create_element("testsuite").with_attributes([
        ("name", name.as_str()),
        ("tests", &tests),
        ("skipped", &skipped),
        ("errors", &errors),
        ("failures", &failures),
    ]);
    if properties.is_empty() && cases.is_empty() {
        return suite.write_empty().map(drop);
    }
    suite.write_inner_content(|xml| {
        if !properties.is_empty() {
            xml.create_element("properties").write_inner_content(|xml| {
                properties.iter().try_for_each(|(name, value)| {
                    let property = xml.create_element("property");
                    property.with_attributes([("name", &**name), ("value", value)]).write_empty().map(drop)
                })
            })?;
        }
        cases.iter().try_for_each(|case| write_case(xml, case))
    })?;
    Ok(())
}

fn write_case(xml: &mut Xml, TestCase { name, class, ending }: &TestCase) -> io::Result<()> {
    let case = xml.create_element("testcase").with_attributes([("name", name.as_str()), ("classname", class)]);
    match ending {
        CaseResult::Passed => case.write_empty(),
        CaseResult::PassedSaying(text) => case.write_inner_content(|xml| {
            xml.create_element("system-out").write_text_content(BytesText::new(text)).map(drop)
        }),
        CaseResult::Skipped(why) => case.write_inner_content(|xml| {
            xml.create_element("skipped").with_attribute(("message", why.as_str())).write_empty().map(drop)
        }),
        CaseResult::Failure(fault) => case.write_inner_content(|xml| write_fault(xml, "failure", fault)),
        CaseResult::Error(fault) => case.write_inner_content(|xml| write_fault(xml, "error", fault)),
    }?;
    Ok(())
}

fn write_fault(xml: &mut Xml, tag: &str, CaseFault { message, kind, text }: &CaseFault) -> io::Result<()> {
    let kind = kind.map(|kind| ("type", kind));
    let attributes = [("message", message.as_str())].into_iter().chain(kind);
    xml.create_element(tag).with_attributes(attributes).write_text_content(BytesText::new(text)).map(drop)
}
