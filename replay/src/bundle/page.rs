//! What a bundle's page carries, as it stands in its script element.

use super::pack::Pack;
use std::collections::BTreeMap;

/// The carried files as one JSON object: names sorted, `<` as `\u003c` so that no text
/// ends the element.
pub fn page_data<'f>(pack: &'f Pack, paths: impl IntoIterator<Item = &'f str>) -> String {
    let texts: BTreeMap<&str, _> = paths
        .into_iter()
        .filter_map(|path| Some((path, String::from_utf8_lossy(pack.get(path)?))))
        .collect();
    serde_json::to_string(&texts).unwrap_or_default().replace('<', "\\u003c")
}
