//! Gzipped tarballs that depend on their content alone: no time, no owner, no order of a folder.

use std::io::{self, Write};

use flate2::{Compression, write::GzEncoder};
use tar::{Builder, EntryType, Header};

/// Time that npm gives every file of a package: no tool should stumble over 1970 (26 October 1985, 8:15 UTC).
pub(crate) const TIME: u64 = 499_162_500;

/// A file in a tarball.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Packed {
    /// Its path in the tarball.
    pub(crate) path: String,
    /// Its content.
    pub(crate) content: Vec<u8>,
    /// Everybody may run it.
    pub(crate) is_program: bool,
}

impl Packed {
    /// A file that is no program.
    pub(crate) fn file(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), content: content.into(), is_program: false }
    }

    /// A program.
    pub(crate) fn program(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { is_program: true, ..Self::file(path, content) }
    }
}

/// The gzipped tarball of some files.
pub(crate) fn packed(files: Vec<Packed>) -> io::Result<Vec<u8>> {
    // Gzip's own header has no time, and no system.
    written(files, GzEncoder::new(Vec::new(), Compression::best()))?.finish()
}

/// The tarball of some files that are compressed already.
pub(crate) fn bundled(files: Vec<Packed>) -> io::Result<Vec<u8>> {
    written(files, Vec::new())
}

fn written<W: Write>(mut files: Vec<Packed>, to: W) -> io::Result<W> {
    files.sort();
    let mut tarball = Builder::new(to);
    for Packed { path, content, is_program } in &files {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_size(content.len() as u64);
        header.set_mode(if *is_program { 0o755 } else { 0o644 });
        header.set_mtime(TIME);
        header.set_uid(0);
        header.set_gid(0);
        tarball.append_data(&mut header, path, &content[..])?;
    }
    tarball.into_inner()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn the_same_files_make_the_same_tarball_in_any_order() {
        let [one, other] = [Packed::file("files/a.js", "a"), Packed::file("index.js", "b")];
        let tarball = packed(vec![one.clone(), other.clone()]).expect("packed");
        assert_eq!(tarball, packed(vec![other, one.clone()]).expect("packed"));
        assert_ne!(tarball, packed(vec![one]).expect("packed"));
    }

    #[test]
    fn what_is_bundled_is_not_compressed_again() {
        let bundle = bundled(vec![Packed::file("blobs/a", "a blob")]).expect("bundled");
        assert!(bundle.starts_with(b"blobs/a\0") && bundle.windows(6).any(|bytes| bytes == b"a blob"));
    }

    #[test]
    fn a_tarball_says_nothing_of_where_and_when_it_was_made() {
        let tarball = packed(vec![Packed::file("package/index.js", "b"), Packed::program("run", "c")]).expect("packed");
        assert_eq!(tarball[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255], "the header has a time or a system");
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(&tarball[..]));
        let mut entries = archive.entries().expect("entries");
        let mut entry = entries.next().expect("one").expect("whole");
        assert_eq!(entry.path().expect("a path").to_str(), Some("package/index.js"));
        let header = entry.header().clone();
        assert_eq!((header.uid().ok(), header.gid().ok(), header.mtime().ok()), (Some(0), Some(0), Some(TIME)));
        let mut content = String::new();
        entry.read_to_string(&mut content).expect("text");
        assert_eq!(content, "b");
        let program = entries.next().expect("two").expect("whole");
        assert_eq!(program.header().mode().ok(), Some(0o755));
        assert!(entries.next().is_none());
    }
}
