//! The [`Phone`] of an organisation that has none.

use async_trait::async_trait;

use crate::ports::{NotifyError, Phone, PhoneCall, TextMessage};

/// Refuses everything. Nothing new comes its way; what was queued before the phone was switched off does.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPhone;

#[async_trait]
impl Phone for NoPhone {
    async fn text(&self, _: &TextMessage) -> Result<(), NotifyError> {
        Err(NotifyError::Refused("phone.kind is off".to_owned()))
    }

    async fn call(&self, _: &PhoneCall) -> Result<(), NotifyError> {
        Err(NotifyError::Refused("phone.kind is off".to_owned()))
    }
}
