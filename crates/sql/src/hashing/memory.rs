//! Memory for Argon2: kept from one hash to the next, because what is freed by one thread and asked for by another
//! stays with the process (470 MB were seen), and zeroed in between, because a password can be told from it.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::Block;
use zeroize::Zeroize as _;

/// Blocks that no hash uses at the moment; cheap to clone. There are as many as hashes were made at a time.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory(Arc<Mutex<Vec<Vec<Block>>>>);

/// Blocks of one hash. Whatever becomes of it, they are zeroed and given back.
pub(super) struct Borrowed {
    blocks: Vec<Block>,
    used: usize,
    memory: Memory,
}

impl Memory {
    /// Blocks for a hash of this cost.
    pub(super) fn take(&self, count: usize) -> Borrowed {
        let mut blocks = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        if blocks.len() < count {
            blocks.resize(count, Block::new());
        }
        Borrowed { blocks, used: count, memory: self.clone() }
    }

    #[cfg(test)]
    pub(super) fn kept(&self) -> Vec<Vec<Block>> {
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
        self.memory.0.lock().unwrap_or_else(PoisonError::into_inner).push(blocks);
    }
}
