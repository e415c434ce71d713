//! A few thousand passwords, the same every time: the most used ones, what people make of those, walks over
//! keys, dates, passphrases, other scripts, and noise.

/// One word, or password, a line.
const COMMON: &str = include_str!("../../../crates/values/src/common_passwords.txt");

/// Words for passphrases, some in no dictionary.
const WORDS: [&str; 16] = [
    "seven",
    "quiet",
    "otters",
    "hum",
    "correct",
    "horse",
    "battery",
    "staple",
    "zwölf",
    "Boxkämpfer",
    "jagen",
    "Viktor",
    "пароль",
    "東京",
    "garçon",
    "x",
];

/// Texts that the length, the case or the digits of are odd in.
const ODD: [&str; 20] = [
    "",
    " ",
    "\n",
    "İstanbul",
    "ẞtraße",
    "ﬁnance",
    "ΣΊΣΥΦΟΣ",
    "٣٤٥٦١٩٩٩",
    "१२३४",
    "e\u{301}te\u{301}1999",
    "👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
    "日本語日本語日本語",
    "абвгдежз",
    "\u{202e}drowssap",
    "\u{0}\u{0}\u{0}\u{0}",
    "a\u{308}a\u{308}a\u{308}",
    "ЙЦУКЕН",
    "11/11/2011",
    "2026-11-23",
    "qwertyuiopasdfghjklzxcvbnm",
];

/// The passwords.
pub(crate) fn passwords() -> Vec<String> {
    let mut dice = Dice(0x005e_ed0f_7e57);
    let mut all: Vec<String> = ODD.map(str::to_owned).into();
    let common: Vec<&str> = COMMON.lines().collect();
    for password in common.iter().step_by(common.len() / 500) {
        all.push((*password).to_owned());
        all.push(varied(password, &mut dice));
        all.push(varied(password, &mut dice));
    }
    for _ in 0..300 {
        let words: Vec<&str> = (0..dice.up_to(2, 6)).map(|_| dice.one_of(&WORDS)).collect();
        all.push(words.join(dice.one_of(&[" ", "-", "", "."])));
        all.push(format!("{}{}", dice.one_of(&common), dice.one_of(&common)));
        all.push(
            format!("{:02}{}{:02}", dice.up_to(1, 31), dice.one_of(&["/", ".", "-", ""]), dice.up_to(1, 12)) + "1987",
        );
        let length = dice.up_to(1, 24);
        all.push(dice.text(length, '!'..='~'));
        let length = dice.up_to(1, 12);
        all.push(dice.text(length, '\u{a1}'..='\u{24f}'));
    }
    // As long as is scored, and longer.
    for length in [40, 70, 99, 100, 101, 130, 200] {
        all.push(dice.text(length, '!'..='~'));
        all.push(dice.text(length, 'a'..='z'));
        all.push(dice.text(length, '一'..='鿿'));
        all.push("1q2w3e4r5t6y".chars().cycle().take(length).collect());
        all.push("4@8({[<369!1|0$5+7%2".chars().cycle().take(length).collect());
        all.push("a".repeat(length));
    }
    all
}

/// A weak password, varied as people do.
fn varied(password: &str, dice: &mut Dice) -> String {
    match dice.up_to(0, 6) {
        0 => password.to_uppercase(),
        1 => password.chars().rev().collect(),
        2 => format!("{password}{}", dice.up_to(0, 2030)),
        3 => password.replace('a', "@").replace('o', "0").replace('s', "$").replace('i', "1"),
        4 => password.repeat(dice.up_to(2, 4)),
        5 => format!("!{password}?"),
        _ => {
            let mut letters = password.chars();
            letters.next().map(char::to_uppercase).into_iter().flatten().chain(letters).collect()
        }
    }
}

/// Xorshift: the same throws every time.
struct Dice(u64);

impl Dice {
    fn up_to(&mut self, least: usize, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        least + usize::try_from(self.0 >> 33).unwrap_or_default() % (most - least + 1)
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.up_to(0, all.len() - 1)]
    }

    fn text(&mut self, length: usize, from: std::ops::RangeInclusive<char>) -> String {
        let all: Vec<char> = from.collect();
        (0..length).map(|_| self.one_of(&all)).collect()
    }
}
