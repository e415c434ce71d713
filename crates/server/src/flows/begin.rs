//! Beginnings of flows.

use jiff::Timestamp;
use regain_protocol::{Config, CreateFlow, Secret};
use regain_values::UserId;

use super::{
    commit::CommitResult,
    idempotency::IdempotencyKey,
    reply::Reply,
    service::{Fault, Flows},
};
use crate::{
    client::Client,
    engine::{Asserted, Context, LimitPolicy},
    keys::token_hash,
    languages,
    ports::{FlowRow, random_id, random_token},
};

impl Flows {
    /// Begins a flow. `now` is the time of the request.
    pub async fn create(
        &self,
        create: &CreateFlow,
        config: Option<Config>,
        key: Option<&IdempotencyKey>,
        client: &Client,
        now: Timestamp,
    ) -> Result<Reply, Fault> {
        if let Some(kept) = self.kept(key, now).await? {
            return Ok(kept.reply(|| None));
        }
        let Ok(user_id) = create.user_id.as_deref().map(UserId::parse).transpose() else {
            return Ok(Reply::invalid("/user_id", "1 to 256 characters, none of them control characters"));
        };
        let wanted = create.locale.as_deref().map(languages::canonical);
        if wanted == Some(None) {
            return Ok(Reply::invalid("/locale", "not a BCP 47 language tag"));
        }
        let wanted = wanted.flatten();
        let locale = languages::nearest(wanted.as_deref(), &self.engine.rules().locales).to_owned();
        if let Err(refusal) = self.engine.is_on_offer(create.kind, create.assertion.is_some()) {
            return Ok(Reply::refused(&refusal, None, now));
        }
        let asserted = match &create.assertion {
            Some(token) => match self.asserted(token, user_id.as_ref(), now).await? {
                Some(asserted) => Some(asserted),
                None => return Ok(not_asserted()),
            },
            None => None,
        };
        let token = random_token(&*self.rng);
        let row = FlowRow {
            id: random_id(&*self.rng).into(),
            kind: create.kind,
            version: 0,
            token_hash: token_hash(&token),
            account_key: None,
            expires_at: self.engine.expires_at(now),
            state: String::new(),
            voided: false,
        };
        let cx = Context::of(&row, now, &*self.rng, client.network());
        let decision = self.engine.begin(cx, locale, user_id.as_ref(), asserted);
        let reply = Reply::created(self.engine.view(cx, &decision.state), token, config);
        match self.carry_out(&row, cx, &decision, reply, key, client).await? {
            CommitResult::Done(reply) => Ok(reply),
            CommitResult::OverLimit(LimitPolicy::AssertionUsed, _) => {
                tracing::warn!("an assertion was used before");
                Ok(not_asserted())
            }
            CommitResult::OverLimit(_, retry_at) => Ok(Reply::rate_limited(retry_at, now, None)),
            // A new id is nobody else's, so the key's first answer was kept meanwhile.
            CommitResult::Conflict | CommitResult::Claimed | CommitResult::AccountRefused(_) => {
                Ok(self.kept(key, now).await?.ok_or(Fault::Contention)?.reply(|| None))
            }
        }
    }

    /// The content of an assertion of the host's back end; `None` where it is not to be believed, or is about
    /// nobody, or about somebody else than the request.
    async fn asserted(
        &self,
        token: &Secret<String>,
        user_id: Option<&UserId>,
        now: Timestamp,
    ) -> Result<Option<Asserted>, Fault> {
        let Some(verifier) = &self.assertions else { return Ok(None) };
        let assertion = match verifier.verify(token, now) {
            Ok(assertion) => assertion,
            Err(error) => {
                tracing::warn!(%error, "an assertion is not taken");
                return Ok(None);
            }
        };
        let Ok(subject) = UserId::parse(&assertion.user_id) else {
            tracing::warn!("an assertion names nobody: its sub is no user ID");
            return Ok(None);
        };
        if user_id.is_some_and(|user_id| !user_id.is_same(&subject)) {
            tracing::warn!("an assertion is about somebody else than the request that it came with");
            return Ok(None);
        }
        // An account without a password has none to change, and none to sign in with.
        let account = self.directory.find(&subject).await?.filter(|account| account.enabled && account.has_password);
        if account.is_none() {
            tracing::warn!("an assertion is about nobody who can sign in with a password here");
        }
        Ok(account.map(|account| Asserted { account, id: assertion.id }))
    }
}

/// 422: the same for whatever is wrong with an assertion.
fn not_asserted() -> Reply {
    Reply::invalid("/assertion", "not an assertion that is taken here, or it was used before")
}
