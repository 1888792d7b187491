//! `JUnit` as the schema of Jenkins' xUnit plugin has it, which is stricter than what Jenkins' own reader, GitLab and
//! others take: <https://github.com/jenkinsci/xunit-plugin>, `junit-10.xsd` of version 3.

use roxmltree::{Document, Node};

/// What the schema says of one element.
struct Element {
    name: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
    /// In any order and number.
    children: &'static [&'static str],
    has_text: bool,
}

const OUTCOME: Element =
    Element { name: "", required: &[], optional: &["type", "message"], children: &[], has_text: true };

const OUTPUT: Element = Element { name: "", required: &[], optional: &[], children: &[], has_text: true };

const SCHEMA: [Element; 10] = [
    Element {
        name: "testsuites",
        required: &[],
        optional: &["name", "time", "tests", "failures", "errors"],
        children: &["testsuite"],
        has_text: false,
    },
    Element {
        name: "testsuite",
        required: &["name", "tests", "failures", "errors"],
        optional: &["group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"],
        children: &["testsuite", "properties", "testcase", "system-out", "system-err"],
        has_text: false,
    },
    Element { name: "properties", required: &[], optional: &[], children: &["property"], has_text: false },
    Element { name: "property", required: &["name", "value"], optional: &[], children: &[], has_text: false },
    Element {
        name: "testcase",
        required: &["name"],
        optional: &["time", "classname", "group"],
        children: &["skipped", "error", "failure", "system-out", "system-err"],
        has_text: false,
    },
    Element { name: "skipped", ..OUTCOME },
    Element { name: "error", ..OUTCOME },
    Element { name: "failure", ..OUTCOME },
    Element { name: "system-out", ..OUTPUT },
    Element { name: "system-err", ..OUTPUT },
];

/// Fails unless `xml` is what the schema allows, and its counts and names are right.
pub(crate) fn assert_valid(xml: &str) {
    let document = Document::parse(xml).unwrap_or_else(|error| panic!("{error}: {xml}"));
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    assert_element(root);
    let suites: Vec<Node<'_, '_>> = root.children().filter(Node::is_element).collect();
    for (attribute, tag) in [("tests", "testcase"), ("failures", "failure"), ("errors", "error")] {
        assert_counted(root, attribute, tag);
        for suite in &suites {
            assert_counted(*suite, attribute, tag);
        }
    }
    assert_unique(suites.iter().filter_map(|suite| suite.attribute("name")));
    for suite in suites {
        assert_counted(suite, "skipped", "skipped");
        let cases = suite.children().filter(|child| child.has_tag_name("testcase"));
        assert_unique(cases.filter_map(|case| case.attribute("name")));
    }
}

fn assert_element(node: Node<'_, '_>) {
    let name = node.tag_name().name();
    let element = SCHEMA.iter().find(|element| element.name == name).unwrap_or_else(|| panic!("no element <{name}>"));
    for required in element.required {
        assert!(node.has_attribute(*required), "<{name}> has no {required}");
    }
    for attribute in node.attributes() {
        let is_known = element.required.iter().chain(element.optional).any(|known| *known == attribute.name());
        assert!(is_known, "<{name} {}>", attribute.name());
    }
    for child in node.children() {
        match child.text() {
            Some(text) if child.is_text() => {
                assert!(element.has_text || text.trim().is_empty(), "<{name}> has {text:?}");
            }
            _ => assert!(element.children.contains(&child.tag_name().name()), "<{name}> has {child:?}"),
        }
    }
    node.children().filter(Node::is_element).for_each(assert_element);
}

fn assert_counted(node: Node<'_, '_>, attribute: &str, tag: &str) {
    let count = node.descendants().filter(|descendant| descendant.has_tag_name(tag)).count();
    assert_eq!(node.attribute(attribute), Some(count.to_string().as_str()), "{attribute} of {node:?}");
}

fn assert_unique<'a>(names: impl Iterator<Item = &'a str>) {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "{names:?}");
}
