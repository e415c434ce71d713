//! Security identifiers, and those that nothing is done for.

/// `S-1-5`: version 1, authority 5.
const NT_AUTHORITY: [u8; 6] = [0, 0, 0, 0, 0, 5];

/// The accounts that a domain begins with: Administrator and krbtgt.
const PRIVILEGED_ACCOUNTS: [u32; 2] = [500, 502];

/// The groups of a domain whose members can take it over (Microsoft, "Appendix C: Protected Accounts and Groups"): domain
/// controllers of three kinds, domain, schema and enterprise administrators, owners of policies, and key administrators.
const PRIVILEGED_GROUPS: [u32; 9] = [498, 512, 516, 518, 519, 520, 521, 526, 527];

/// The same of every computer, `S-1-5-32-…`: Administrators, and operators of accounts, servers, printers and backups.
const PRIVILEGED_BUILTIN: [u32; 5] = [544, 548, 549, 550, 551];

/// The parts of an identifier after its authority.
fn parts(sid: &[u8]) -> Option<Vec<u32>> {
    let [1, count, rest @ ..] = sid else { return None };
    let (authority, rest) = rest.split_at_checked(6)?;
    let parts: Vec<_> =
        rest.chunks_exact(4).map(|part| u32::from_le_bytes([part[0], part[1], part[2], part[3]])).collect();
    (authority == NT_AUTHORITY && parts.len() == usize::from(*count) && rest.len() % 4 == 0).then_some(parts)
}

/// The last part of an identifier of a domain, `S-1-5-21-…`.
fn relative(sid: &[u8]) -> Option<u32> {
    match parts(sid)?[..] {
        [21, _, _, _, relative] => Some(relative),
        _ => None,
    }
}

/// Tells if an account is one that a domain begins with.
pub(super) fn is_privileged_account(sid: &[u8]) -> bool {
    relative(sid).is_some_and(|relative| PRIVILEGED_ACCOUNTS.contains(&relative))
}

/// Tells if a group is one of those that protect their members.
pub(super) fn is_privileged_group(sid: &[u8]) -> bool {
    match parts(sid).as_deref() {
        Some([32, builtin]) => PRIVILEGED_BUILTIN.contains(builtin),
        _ => relative(sid).is_some_and(|relative| PRIVILEGED_GROUPS.contains(&relative)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sid(parts: &[u32]) -> Vec<u8> {
        let count = u8::try_from(parts.len()).expect("few");
        let parts = parts.iter().flat_map(|part| part.to_le_bytes());
        [1, count].into_iter().chain(NT_AUTHORITY).chain(parts).collect()
    }

    #[test]
    fn t2_well_known_identifiers_are_privileged() {
        let domain = |relative| sid(&[21, 1, 2, 3, relative]);
        for (sid, account, group) in [
            (domain(500), true, false),
            (domain(512), false, true),
            (domain(519), false, true),
            (domain(513), false, false),
            (domain(1104), false, false),
            (sid(&[32, 544]), false, true),
            (sid(&[32, 545]), false, false),
            (sid(&[512]), false, false),
            (Vec::new(), false, false),
            (domain(512)[..20].to_vec(), false, false),
        ] {
            assert_eq!((is_privileged_account(&sid), is_privileged_group(&sid)), (account, group), "{sid:?}");
        }
    }
}
