//! Keys and words match whatever their case and separators; a schema says so with patterns.

use serde_json::{Map, Value, json};

/// A pattern for a word in any letter case.
pub(super) fn any_case(word: &str) -> String {
    word.chars()
        .map(
            |c| {
                if c.is_ascii_alphabetic() {
                    format!("[{c}{}]", c.to_ascii_uppercase())
                } else {
                    c.to_string()
                }
            },
        )
        .collect()
}

/// A pattern for a word or key in any letter case, with any separators where it has one.
pub(super) fn any_spelling(word: &str) -> String {
    word.split('-').map(any_case).collect::<Vec<_>>().join("[-_ ]*")
}

/// Lets every object of a schema take its keys in any spelling, their other names, and keys of one's own
/// (`x-…`, `$…`), but nothing else. Another spelling has the schema of the usual one.
pub(super) fn open(schema: &mut Value) {
    close_objects(schema, "#");
}

fn close_objects(schema: &mut Value, path: &str) {
    match schema {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                let key = key.replace('~', "~0").replace('/', "~1");
                close_objects(value, &format!("{path}/{key}"));
            }
            if map.get("type") == Some(&json!("object")) {
                spell_out(map, path);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                close_objects(item, &format!("{path}/{at}"));
            }
        }
        _ => {}
    }
}

fn spell_out(object: &mut Map<String, Value>, path: &str) {
    let Some(Value::Object(properties)) = object.get_mut("properties") else { return };
    let mut patterns = Map::new();
    for (key, property) in properties.iter_mut() {
        let mut names = vec![json!(key)];
        if let Some(Value::Array(aliases)) = property.as_object_mut().and_then(|map| map.remove("x-aliases"))
        {
            names.extend(aliases);
        }
        let spelt: Vec<_> = names.iter().filter_map(Value::as_str).map(any_spelling).collect();
        // Not the usual spelling itself, or an editor would say everything about it twice.
        patterns.insert(
            format!("^(?!{key}$)({})$", spelt.join("|")),
            json!({"$ref": format!("{path}/properties/{key}")}),
        );
    }
    patterns.insert("^([xX]-|\\$)".to_owned(), json!(true));
    object.insert("patternProperties".to_owned(), Value::Object(patterns));
    object.insert("additionalProperties".to_owned(), json!(false));
}
