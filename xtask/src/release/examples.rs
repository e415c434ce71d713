//! Examples in a release: the configurations of proxies, and the dashboard.

use std::fs;

use anyhow::{Context, Result};

use crate::paths;

/// Gathers the examples, by their paths below the folder of examples.
pub(super) fn examples() -> Result<Vec<(String, Vec<u8>)>> {
    let packaging = paths::root().join("packaging");
    let mut files = vec![("grafana.json".to_owned(), fs::read(packaging.join("grafana.json"))?)];
    let proxies = packaging.join("proxies");
    for entry in fs::read_dir(&proxies).with_context(|| format!("{} cannot be read", proxies.display()))? {
        let entry = entry?;
        files.push((format!("proxies/{}", entry.file_name().to_string_lossy()), fs::read(entry.path())?));
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dashboard_and_every_proxys_configuration_are_examples() {
        let names: Vec<_> = examples().expect("reads").into_iter().map(|(name, _)| name).collect();
        for name in ["grafana.json", "proxies/Caddyfile", "proxies/apache.conf", "proxies/haproxy.cfg"] {
            assert!(names.iter().any(|listed| listed == name), "{name} is not in {names:?}");
        }
        let proxies = fs::read_dir(paths::root().join("packaging/proxies")).expect("reads").count();
        assert_eq!(names.len(), proxies + 1);
        assert!(names.is_sorted());
    }
}
