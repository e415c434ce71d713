//! Memory for Argon2: kept from one hash to the next, because what is freed by one thread and asked for by another
//! stays with the process (470 MB were seen), and zeroed in between, because a password can be told from it.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::Block;
use zeroize::Zeroize as _;

/// The largest memory that is kept, in blocks of a KiB. Allocators give larger ones back to the system by themselves.
const KEPT_BLOCKS: usize = 32 * 1024;

/// Blocks that no hash uses at the moment; cheap to clone. There are as many as hashes were made at a time.
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<Mutex<Vec<Vec<Block>>>>);

/// Blocks of one hash. Whatever becomes of it, they are zeroed and given back.
pub(crate) struct Borrowed {
    blocks: Vec<Block>,
    used: usize,
    memory: Memory,
}

impl Memory {
    /// Blocks for a hash of this cost.
    pub(crate) fn take(&self, count: usize) -> Borrowed {
        let mut blocks = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        if blocks.len() < count {
            blocks.resize(count, Block::new());
        }
        Borrowed { blocks, used: count, memory: self.clone() }
    }

    #[cfg(test)]
    pub(crate) fn kept(&self) -> Vec<Vec<Block>> {
        self.0.lock().expect("not poisoned").clone()
    }
}

impl AsMut<[Block]> for Borrowed {
    fn as_mut(&mut self) -> &mut [Block] {
        &mut self.blocks[..self.used]
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        let mut blocks = std::mem::take(&mut self.blocks);
        blocks[..self.used].iter_mut().zeroize();
        if blocks.len() <= KEPT_BLOCKS {
            self.memory.0.lock().unwrap_or_else(PoisonError::into_inner).push(blocks);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As much memory is kept as hashes are made at a time, and nothing of a password is in it.
    #[test]
    fn memory_is_kept_and_zeroed() {
        let memory = Memory::default();
        for count in [64, 16, 64] {
            memory.take(count).as_mut()[0].as_mut()[0] = 7;
        }
        drop((memory.take(64), memory.take(64)));
        let kept = memory.kept();
        assert_eq!(kept.len(), 2);
        assert!(kept.iter().flatten().all(|block| block.as_ref().iter().all(|word| *word == 0)));
        drop(memory.take(KEPT_BLOCKS + 1));
        assert_eq!(memory.kept().len(), 1, "a large one is given back to the system");
    }
}
