//! Made-up accounts beside real ones: whatever is shown of an account before a proof is as common among the one as among
//! the other. A varied organisation is drawn, all of its people and many unknown user IDs are named, and everything that
//! is shown is counted on both sides (Pearson's χ² for two samples).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use jiff::SignedDuration;
use regain_protocol::{Answer, FlowKind, StepBody};
use regain_server::{
    adapters::{
        Database, EmbeddedDirectory, HashCost, MailRole, NewPerson, People, PersonMail, PersonPhone, PersonQuestion,
        PhoneRole,
    },
    engine::{Context, Engine, Finding, Findings, Lookup, State},
    ports::{Directory, Rng},
};

use crate::{
    ports::MovedClock,
    proofs::everything_and,
    world::{World, keys},
};

const REAL: usize = 500;
const UNKNOWN: usize = 2_000;

/// The z of p = 0.01 on one side.
const Z_OF_A_PERCENT: f64 = 2.326;

/// `SplitMix64`: the same draws in every run.
struct Seeded(Mutex<u64>);

impl Seeded {
    fn next(&self) -> u64 {
        let mut state = self.0.lock().expect("not poisoned");
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn percent(&self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    /// One of these, by weight.
    fn weighted<T: Copy>(&self, weights: &[(u64, T)]) -> T {
        let mut draw = self.next() % weights.iter().map(|(weight, _)| weight).sum::<u64>();
        for (weight, one) in weights {
            if draw < *weight {
                return *one;
            }
            draw -= weight;
        }
        weights[0].1
    }

    fn one_of<'a>(&self, from: &[&'a str]) -> &'a str {
        from[usize::try_from(self.next() % 10_000).expect("fits") % from.len()]
    }
}

impl Rng for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}

const GIVEN: [&str; 30] = [
    "ada",
    "alan",
    "anna",
    "barbara",
    "ben",
    "carla",
    "chen",
    "david",
    "dora",
    "elif",
    "emil",
    "farah",
    "grace",
    "hanna",
    "ivan",
    "jana",
    "jean",
    "jonas",
    "katherine",
    "lena",
    "linus",
    "maria",
    "mary",
    "noor",
    "olga",
    "pedro",
    "rosa",
    "sofia",
    "tim",
    "yuki",
];
const FAMILY: [&str; 25] = [
    "abe", "bauer", "costa", "diaz", "eriksen", "fischer", "garcia", "hopper", "ito", "jackson", "khan", "lovelace",
    "meyer", "nguyen", "okafor", "park", "quist", "rossi", "silva", "turing", "ueda", "vogel", "weber", "young",
    "zhang",
];
const NICKNAMES: [&str; 12] =
    ["sunny", "kermit", "xenia", "bookworm", "rider", "zorro", "garden", "walker", "pilot", "queen", "neo", "tiger"];
const POPULAR: [(u64, &str); 8] = [
    (40, "first_pet"),
    (30, "dream_job"),
    (10, "first_concert"),
    (8, "lost_thing"),
    (5, "first_boss"),
    (4, "soft_toy"),
    (2, "first_wages"),
    (1, "first_dish_cooked"),
];

/// A user ID as the organisation gives them.
fn user_id(draws: &Seeded, number: usize) -> String {
    let (given, family) = (draws.one_of(&GIVEN), draws.one_of(&FAMILY));
    if draws.percent(70) {
        format!("{given}.{family}{number}@contoso.example")
    } else {
        format!("{family}{number}{}@contoso.example", &given[..1])
    }
}

fn mail(draws: &Seeded, role: MailRole, user_id: &str) -> PersonMail {
    let name = user_id.split(['@', '.']).next().unwrap_or_default();
    let local = if draws.percent(65) { name.to_owned() } else { draws.one_of(&NICKNAMES).to_owned() };
    let domain = match role {
        MailRole::Alternate => draws.weighted(&[
            (50, "gmail.com"),
            (20, "outlook.com"),
            (10, "contoso.example"),
            (8, "web.de"),
            (6, "posteo.de"),
            (3, "bluewin.ch"),
            (3, "vanity.li"),
        ]),
        MailRole::Authentication => draws.weighted(&[(70, "partner.example"), (20, "gmail.com"), (10, "icloud.com")]),
    };
    PersonMail { role, address: format!("{local}{}@{domain}", draws.next() % 1000) }
}

fn person(draws: &Seeded, user_id: String) -> NewPerson {
    let abroad = draws.percent(35);
    let number = |area: &str| format!("{}{area}55{:05}", if abroad { "+49" } else { "+1" }, draws.next() % 100_000);
    let mut mails = Vec::new();
    if draws.percent(65) {
        mails.push(mail(draws, MailRole::Alternate, &user_id));
    }
    if draws.percent(30) {
        mails.push(mail(draws, MailRole::Authentication, &user_id));
    }
    if draws.percent(50) {
        mails.reverse();
    }
    let mut phones = Vec::new();
    if draws.percent(if abroad { 75 } else { 45 }) {
        phones.push(PersonPhone { role: PhoneRole::Mobile, number: number("151") });
    }
    if draws.percent(20) {
        let same = phones.first().filter(|_| draws.percent(30)).map(|phone: &PersonPhone| phone.number.clone());
        phones.push(PersonPhone { role: PhoneRole::Authentication, number: same.unwrap_or_else(|| number("160")) });
    }
    if draws.percent(30) {
        // Abroad all have the switchboard's.
        let number = if abroad { "+493055500000".to_owned() } else { number("206") };
        phones.insert(0, PersonPhone { role: PhoneRole::Office, number });
    }
    let mut questions: Vec<PersonQuestion> = Vec::new();
    if draws.percent(30) {
        while questions.len() < 5 {
            let id = draws.weighted(&POPULAR);
            if questions.iter().all(|question| question.id.as_deref() != Some(id)) {
                let answer = format!("answer {}", questions.len()).as_str().into();
                questions.push(PersonQuestion { id: Some(id.to_owned()), own: None, answer });
            }
        }
    }
    NewPerson {
        name: user_id.clone(),
        user_id,
        password: None,
        password_hash: None,
        enabled: draws.percent(95),
        locked: draws.percent(3),
        mails,
        phones,
        questions,
        authenticator: draws.percent(25).then(|| "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".into()),
        recovery_codes: if draws.percent(15) { vec!["7K3QX-9MBWD-2HZ4T".into()] } else { Vec::new() },
        groups: Vec::new(),
    }
}

/// Everything that a stranger sees of a user ID, each as a category of something.
type Traits = Vec<(String, String)>;

/// The organisation, and whoever is named in it.
struct Organisation {
    engine: Engine,
    directory: Directory,
    draws: Arc<Seeded>,
    flow_id: regain_values::FlowId,
    _folder: tempfile::TempDir,
}

impl Organisation {
    async fn settled(people: Vec<NewPerson>, draws: Arc<Seeded>) -> Self {
        let world = World::with(&everything_and("[phone]\ncountries = [\"+1\", \"+49\"]")).await;
        let engine = Engine::new(keys(), world.app.flows().rules().clone());
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::open(&folder.path().join("regain.db")).await.expect("opens");
        let clock = Arc::new(MovedClock::at(world.now()));
        let directory = EmbeddedDirectory::open_with(database, clock, draws.clone(), keys(), HashCost::TEST).await;
        let directory = directory.expect("opens");
        directory.import(&People::from(people)).await.expect("imports");
        Self { engine, directory: Arc::new(directory).whole(), draws, flow_id: "flow".into(), _folder: folder }
    }

    async fn answered(&self, state: &State, answer: &Answer) -> State {
        let cx = self.context();
        let mut findings = Findings::default();
        while let Some(lookup) = self.engine.lookup(cx, state, &state.step_id, answer, &findings) {
            findings.add(match lookup {
                Lookup::Account { user_id, near } => Finding::Account {
                    account: self.directory.find(&user_id).await.expect("answers"),
                    neighbours: self.directory.neighbours(near).await.expect("answers"),
                },
                Lookup::Current(user_id) => Finding::Current(self.directory.find(&user_id).await.expect("answers")),
                Lookup::WrongToday(_) => Finding::WrongToday(0),
                other => panic!("{other:?}"),
            });
        }
        self.engine.answer(cx, state, &state.step_id, answer, &findings).expect("goes on").state
    }

    fn context(&self) -> Context<'_> {
        let now = "2026-11-23T14:16:00Z".parse().expect("a time");
        let expires_at = now + SignedDuration::from_mins(15);
        Context { flow_id: &self.flow_id, kind: FlowKind::Reset, expires_at, now, rng: &*self.draws, client: None }
    }

    async fn traits(&self, user_id: &str) -> Traits {
        let cx = self.context();
        let state = self.engine.begin(cx, "en".into(), None, None).state;
        let state = self.answered(&state, &Answer::Identify { user_id: user_id.to_owned(), captcha: None }).await;
        let StepBody::ChooseMethod { methods } = self.engine.view(cx, &state).step.body else { panic!("no methods") };
        let shape = methods.iter().map(|method| format!("{:?}/{:?}", method.kind, method.role)).collect::<Vec<_>>();
        let shape = shape.join(" ");
        let mut traits = vec![("number of methods".to_owned(), methods.len().to_string())];
        let parts: Vec<char> =
            user_id.split('@').next().unwrap_or_default().split('.').filter_map(|part| part.chars().next()).collect();
        let mut codes = BTreeSet::new();
        let mut letters = BTreeSet::new();
        for method in &methods {
            let Some(masked) = &method.masked else { continue };
            let role = format!("{:?} {:?}", method.kind, method.role);
            if let Some((local, domain)) = masked.split_once('@') {
                let letter = local.chars().next().expect("a letter");
                let own = parts.iter().position(|part| *part == letter);
                letters.insert(letter);
                traits.push((format!("letter of the user ID, {role}"), format!("{own:?}")));
                traits.push((format!("domain, {role}"), domain.to_owned()));
                traits.push((format!("domain and letter of the user ID, {role}"), format!("{domain} {own:?}")));
                traits.push((format!("letter, {role}"), letter.to_string()));
                if own.is_none() {
                    traits.push((format!("letter of nothing, {role}"), letter.to_string()));
                }
            } else {
                let (code, hidden) = masked.split_once(' ').expect("a calling code");
                let digits: String = hidden.chars().filter(char::is_ascii_digit).collect();
                codes.insert(code.to_owned());
                traits.push((format!("calling code, {role}"), code.to_owned()));
                traits.push((format!("first of the last digits, {role}"), digits[..1].to_owned()));
                traits.push((format!("last digit, {role}"), digits[1..].to_owned()));
                traits.push((format!("last digits, {role}"), digits.clone()));
                traits.push((format!("zeros by code, {role}"), format!("{code} {}", digits == "00")));
            }
        }
        traits.push(("calling codes of one account".to_owned(), format!("{codes:?}")));
        traits.push(("different letters of one account".to_owned(), letters.len().to_string()));
        traits.push(("methods and calling codes".to_owned(), format!("{} {codes:?}", methods.len())));
        traits.push(("shape".to_owned(), shape));
        for method in methods {
            if method.kind == regain_protocol::MethodKind::Questions {
                let state = self.answered(&state, &Answer::Choose { method: method.id, destination: None }).await;
                let StepBody::AnswerQuestions { questions, .. } = self.engine.view(cx, &state).step.body else {
                    panic!("no questions")
                };
                traits.extend(questions.into_iter().map(|question| ("question".to_owned(), question.id)));
            }
        }
        traits
    }
}

/// The number of times that each category of something was seen, on both sides.
type Table = BTreeMap<String, [f64; 2]>;

/// The z (Wilson and Hilferty's) of how unlike two samples are; categories with few on a side count as one. `None` where
/// there is nothing to compare.
fn unlikeness(table: &Table) -> Option<f64> {
    let total = |side: usize| table.values().map(|seen| seen[side]).sum::<f64>();
    let totals = [total(0), total(1)];
    let share = |side: usize| totals[side] / (totals[0] + totals[1]);
    let is_rare = |seen: &[f64; 2]| (0..2).any(|side| (seen[0] + seen[1]) * share(side) < 5.0);
    let mut cells: Vec<[f64; 2]> = table.values().filter(|seen| !is_rare(seen)).copied().collect();
    let rare =
        table.values().filter(|seen| is_rare(seen)).fold([0.0; 2], |sum, seen| [sum[0] + seen[0], sum[1] + seen[1]]);
    if !is_rare(&rare) {
        cells.push(rare);
    }
    if cells.len() < 2 {
        return None;
    }
    let squares = cells.iter().flat_map(|seen| {
        (0..2).map(move |side| {
            let expected = (seen[0] + seen[1]) * share(side);
            (seen[side] - expected).powi(2) / expected
        })
    });
    let freedom = f64::from(u32::try_from(cells.len() - 1).expect("few"));
    let spread = 2.0 / (9.0 * freedom);
    Some(((squares.sum::<f64>() / freedom).cbrt() - (1.0 - spread)) / spread.sqrt())
}

#[tokio::test]
async fn d1_made_up_accounts_are_like_the_real_ones_in_distribution() {
    let draws = Arc::new(Seeded(Mutex::new(20_261_130)));
    let people: Vec<_> = (0..REAL).map(|number| person(&draws, user_id(&draws, number))).collect();
    let recoverable = |person: &&NewPerson| {
        let has_any = !person.mails.is_empty() || !person.phones.is_empty() || !person.questions.is_empty();
        person.enabled && (has_any || person.authenticator.is_some() || !person.recovery_codes.is_empty())
    };
    let real: Vec<String> = people.iter().filter(recoverable).map(|person| person.user_id.clone()).collect();
    let unknown: Vec<String> = (0..UNKNOWN).map(|number| user_id(&draws, REAL + number)).collect();
    let organisation = Organisation::settled(people, draws).await;
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    for (side, user_ids) in [real, unknown].iter().enumerate() {
        for user_id in user_ids {
            for (what, category) in organisation.traits(user_id).await {
                tables.entry(what).or_default().entry(category).or_default()[side] += 1.0;
            }
        }
    }
    let mut unlike = Vec::new();
    let mut compared = 0;
    for (what, table) in &tables {
        let Some(z) = unlikeness(table) else { continue };
        compared += 1;
        println!("{z:6.2}  {what} ({})", table.len());
        if z > Z_OF_A_PERCENT {
            unlike.push(format!("{what}: z = {z:.2}, {table:?}"));
        }
    }
    assert!(compared > 40, "{compared}");
    assert!(unlike.is_empty(), "commoner on one side:\n{}", unlike.join("\n"));
}
