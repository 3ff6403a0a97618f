//! The mappings that ship with the program, for the process logs that researchers
//! have published. Adding one is one file in `schemas/mappings/` and one line here.

use super::mapping::{Mapping, MappingError};

/// Name and text of each.
const SHIPPED: [(&str, &str); 4] = [
    ("fines", include_str!("../../schemas/mappings/fines.toml")),
    ("building_permits", include_str!("../../schemas/mappings/building_permits.toml")),
    ("travel_declarations", include_str!("../../schemas/mappings/travel_declarations.toml")),
    ("environmental_receipt", include_str!("../../schemas/mappings/environmental_receipt.toml")),
];

/// The names, in the order of the register.
pub fn names() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// A shipped mapping by its name.
pub fn find(name: &str) -> Option<Result<Mapping, MappingError>> {
    let (_, text) = SHIPPED.iter().find(|(known, _)| *known == name)?;
    Some(Mapping::read(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_mapping_can_be_read() {
        for name in names() {
            assert!(find(name).is_some_and(|mapping| mapping.is_ok()), "{name}");
        }
        assert!(find("fines.toml").is_none());
    }

    /// The example that people copy.
    #[test]
    fn the_mapping_that_the_reference_shows_can_be_read() {
        let reference = include_str!("../../schemas/mappings/README.md");
        let (_, after) = reference.split_once("```toml\n").unwrap();
        let (text, _) = after.split_once("```").unwrap();
        let mapping = Mapping::read(text.as_bytes()).unwrap();
        let header: &str = reference.split("```csv\n").nth(1).unwrap().lines().next().unwrap();
        let columns: Vec<&str> = header.split(',').collect();
        for name in mapping.column_names().keys() {
            assert!(columns.contains(&name.as_str()), "{name}");
        }
    }
}
