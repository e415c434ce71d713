//! Hashes that other systems made, each with the generator and its version. The costs are low where a generator lets
//! them be.

use regain_password_hashes::{HashError, Memory, StoredHash};
use regain_protocol::Secret;

/// The password of [`HASHES`], with letters beyond ASCII and a combining mark.
const PASSWORD: &str = "correct horse ba\u{308}ttery \u{a7}taple";

const HASHES: &[&str] = &[
    // Django 5.2.19.
    "pbkdf2_sha256$20000$Zk3vSaltOfLettersAnd09$yXBYcAReGXEOOrnYfA/ghzv5ktlW5wKliyh98wX9ejg=",
    "pbkdf2_sha1$20000$Zk3vSaltOfLettersAnd09$OKeMXBs1Zwbe1VehvHD18uN4hKs=",
    // Django 5.2.19 over argon2-cffi 25.1.0.
    "argon2$argon2id$v=19$m=1024,t=2,p=8$WmszdlNhbHRPZkxldHRlcnNBbmQwOQ$AUeOZD5Id/JMwiDkAEmDhZvyYpvYT4O3RKCvMu/7EcE",
    // Django 5.2.19 over bcrypt 5.0.0.
    "bcrypt_sha256$$2b$05$Sfm5OIirsvXJXuWw5Jqc8OSgr45SOsH6hvmzcucYsB2PwfqTstbn2",
    "bcrypt$$2b$05$oeYRk/8lKnnC2R3YE/ue/O2A94leO4nDlfeHQwCvc2BlSf0Xd2w1W",
    // Django 5.2.19.
    "scrypt$1024$Zk3vSaltOfLettersAnd09$8$5$zysdsmDmcmPN1tlKD1HKHTWwixrU5/Bmo1vsusziUG6FjgKJDC09Csw/7XkN31/eEHYWv906+QIHkJP1SViF6A==",
    // Werkzeug 3.1.9.
    "pbkdf2:sha256:20000$uhtvR4rjsofwUqpt$0c91bbf5224fed07653338730ed1e0142c6c89e7598d96adfb59707934c33346",
    "pbkdf2:sha512:20000$UpQSFtWaqGtO7x52$9ef963c26bb3fbb7e780a1454c2b7090a61b3671e7c712f7cade00c23c8427a538fc988d036199bd1e9d37abb759fef60f4cf44447b6129e70b217e5a54f8811",
    "scrypt:1024:8:1$75cRHsT5OAVTSkTs$fa022cb3cf5dfdcc67ed1b957db659502cfa9db0f93f814d2aacebbd276303b0cdae97f0ee7c92c49325313bf521786aac04160e141cdcc26920d81f317a625e",
    // passlib 1.7.4.
    "$pbkdf2-sha256$20000$LwVAqDWGMAZgTCkFYOydUw$M7ctuFnaiKf5Nj7.jmYIQltmb.l0PtqbUJZDrPAvzVo",
    "$pbkdf2-sha512$20000$XUsJQWhNiVFKyRnjPCekNA$JIm/qBOtxfDozDU7kUqRQWP0wiIYK/87jqmTMCf9u8DFmp8BH5W2/HV3r/Y1RclNgwRmfelCdy7ucdDKaZRgsA",
    "$pbkdf2$20000$9r73HsNYS0nJ.T.nFIJQKg$2W2dhjfVjnaXscR/OMbazKmzbTM",
    "$P$9mrn679h6tCQ2DGvWSxEIoOdrar2om1",
    "$H$9PZgosb.MLK6HIPCdvEIrHHJuntxUD1",
    "$5$50s/pzQbj802S8g/$ZtuK4cKrz3bf7yUnKVek7B5X0msBEIU5BQ5SE00cC.1",
    "$5$rounds=12000$OHCNOrSXMJGCC3YW$98iEPfPtfaa6VDvQwF.2kM1HBuCF8avUAMHczS34TS4",
    "$6$EyjhjpMuNVHOGdJW$DyVhqtAbnPRoDQLzwlfI/czMIPXmGKSZFgQu3pkdNpMiwVUTj/it5M.HcaaCjbZniNOmHu8h.nJHPfsZ0WSnE0",
    "$6$rounds=12000$f6JzIWCEU2brCCBx$f.PjUjQWSxr8nojYoyiJ6Ss4kjwa0uQ9qrDgHd3TVyHqdx2aFdeBY5l/TXue6CT/8gvQ9oF1lqlWL5apZNAV1/",
    "{SSHA}v2jx3O7N35VnbNmKjP4MVA6Er7Qg5Pwf",
    "{SSHA256}qlymX9KREya3MOTsBJyGZqan+SZpePYGX++YqCIdlfIpBcB4TylFKA==",
    "{SSHA512}cz18jtKbBTAyzOau4+A7O1lcW9PQSgD2dsQsh6iaLsN9WhWJaHjsSj+W8EjCuNw7jg2QTy4L4z7s1+HK9dr9qJsTwhgD4BzD",
    // bcrypt 5.0.0.
    "$2b$05$4J7IBdYUTAuD7Ojqhn22I.xrpSLVnjDaKX2p7BzGOwRM.GIMmRwEW",
    "$2a$05$Tt0UL0HsGYzchh5MvA4ZseLb0dTNDHWqQlK96noSd/BWIf4RVu8Dy",
    // argon2-cffi 25.1.0.
    "$argon2id$v=19$m=1024,t=2,p=4$92hihPXAactlpejT2PZ2XA$iPBSHdxcOwjDUVVvzEXafMq/AMz1pULEWVdraJZn1tg",
    "$argon2i$v=19$m=1024,t=2,p=4$H/3qI6ovwg4nOy0qfTtc1g$6e+u/QeMYZx4ci07MUfs7Ts0xlDT6IHUjgUE8IEjZWU",
    // PHP 8.2.36, password_hash.
    "$2y$05$iy6rYO/lZj6CjHmUrQpp5epAVaLK2Hl79Q66wHY6XFbPuu9sfAs3.",
    "$argon2id$v=19$m=1024,t=2,p=1$QUNIMTd1cEVqRmxrZmdEcg$YaFCrOO5kG/9KZFwVdrjCc6PmKnIks5NXl1gQ0yq3wY",
    "$argon2i$v=19$m=1024,t=2,p=1$NGdEclowdDhTaUM3MU9DcA$Rubr0mw+HgXuCSgduxUf3j6VY+ISrt9pwEh91ZDSnzw",
    // PHP 8.2.36, crypt.
    "$6$rounds=2000$saltsaltsalt$Fruw4Nvw/MaDfxwLl7EIk2ns/3CXL4bSx4NIdN.GXAubc4tZaAU2Z.amEqMs6D0yUSdbyI8pQt4QLP8DH6zOt1",
    // PHP 8.2.36, by the two calls of WordPress 6.8's wp_hash_password.
    "$wp$2y$05$n1L430IJbqv0x0UpbRJHQuPvP.X1Mt3Ni/zegq0AnM9kMMxyGkrqi",
    // better-auth 1.7.25 on Node 20.
    "907cc1b1618d585a5e06153ed4245459:0633c76a2661e5ceffb17792a62ad9b8d44b3a9d67c66da75b38269dcd694adeda8378b0de8312d2f4d0e477dd8f8901190304364ee29080aad6f4365b82e1ed",
    // Python 3.11 hashlib, by the format of ASP.NET Core Identity with SHA-512.
    "AQAAAAIAAE4gAAAAEAABAgMEBQYHCAkKCwwNDg8Pop3BkMypl/2xd6ryM03uG7yVDuwmo0wMMRQahbkhoA==",
    // bcrypt 5.0.0's, with the prefix of Spring Security's delegating encoder.
    "{bcrypt}$2a$05$Tt0UL0HsGYzchh5MvA4ZseLb0dTNDHWqQlK96noSd/BWIf4RVu8Dy",
];

fn is_of(hash: &str, password: &str) -> bool {
    let hash = StoredHash::parse(hash).unwrap_or_else(|error| panic!("{hash}: {error}"));
    hash.is_of(&Secret::from(password), &Memory::default())
}

#[test]
fn hashes_of_other_systems_are_verified() {
    for hash in HASHES {
        assert!(is_of(hash, PASSWORD), "{hash}");
        for wrong in
            ["", "correct horse battery staple", &PASSWORD[1..], &format!("{PASSWORD} "), &PASSWORD.to_uppercase()]
        {
            assert!(!is_of(hash, wrong), "{hash} {wrong:?}");
        }
    }
}

/// ASP.NET Core Identity's own test has this one, of a salt of the bytes 0 to 15.
#[test]
fn a_hash_of_identity_is_verified() {
    let hash = "AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==";
    assert!(is_of(hash, "my password") && !is_of(hash, "My password"));
}

/// The defaults of the systems: what they cost in earnest is within bounds.
#[test]
fn default_costs_are_within_bounds() {
    for hash in [
        // Werkzeug 3.1.9.
        "scrypt:32768:8:1$x1DmRktnHa2h6X7m$1166fd3aadbfe66d068ae15d5ab5b3b5f2d2348864c319bded0b68d18ee7e09df8008c43540c8f67361c983da033ed851ca4dc67fb3596024bf0f725cdd76fda",
        // Django 5.2.19 over argon2-cffi 25.1.0.
        "argon2$argon2id$v=19$m=102400,t=2,p=8$WmszdlNhbHRPZkxldHRlcnNBbmQwOQ$AUeOZD5Id/JMwiDkAEmDhZvyYpvYT4O3RKCvMu/7EcE",
        // RFC 9106, the second recommendation.
        "$argon2id$v=19$m=65536,t=3,p=4$92hihPXAactlpejT2PZ2XA$iPBSHdxcOwjDUVVvzEXafMq/AMz1pULEWVdraJZn1tg",
        // Django 6.0, PBKDF2.
        "pbkdf2_sha256$1200000$Zk3vSaltOfLettersAnd09$yXBYcAReGXEOOrnYfA/ghzv5ktlW5wKliyh98wX9ejg=",
        "$2y$14$iy6rYO/lZj6CjHmUrQpp5epAVaLK2Hl79Q66wHY6XFbPuu9sfAs3.",
        "$6$rounds=656000$EyjhjpMuNVHOGdJW$DyVhqtAbnPRoDQLzwlfI/czMIPXmGKSZFgQu3pkdNpMiwVUTj/it5M.HcaaCjbZniNOmHu8h.nJHPfsZ0WSnE0",
    ] {
        assert!(StoredHash::parse(hash).is_ok(), "{hash}");
    }
}

/// A row of the table takes neither the memory nor the cores of the server.
#[test]
fn what_asks_for_too_much_is_refused_unhashed() {
    for hash in [
        "$argon2id$v=19$m=4194304,t=1,p=1$92hihPXAactlpejT2PZ2XA$iPBSHdxcOwjDUVVvzEXafMq/AMz1pULEWVdraJZn1tg",
        "$argon2id$v=19$m=65536,t=4000000,p=1$92hihPXAactlpejT2PZ2XA$iPBSHdxcOwjDUVVvzEXafMq/AMz1pULEWVdraJZn1tg",
        "$2b$31$4J7IBdYUTAuD7Ojqhn22I.xrpSLVnjDaKX2p7BzGOwRM.GIMmRwEW",
        "pbkdf2_sha256$4000000000$Zk3vSaltOfLettersAnd09$yXBYcAReGXEOOrnYfA/ghzv5ktlW5wKliyh98wX9ejg=",
        "scrypt:16777216:8:1$75cRHsT5OAVTSkTs$fa022cb3cf5dfdcc67ed1b957db65950fa022cb3cf5dfdcc67ed1b957db65950",
        "scrypt:32768:8:4096$75cRHsT5OAVTSkTs$fa022cb3cf5dfdcc67ed1b957db65950fa022cb3cf5dfdcc67ed1b957db65950",
        "$6$rounds=999999999$EyjhjpMuNVHOGdJW$DyVhqtAbnPRoDQLzwlfI/czMIPXmGKSZFgQu3pkdNpMiwVUTj/it5M.HcaaCjbZniNOmHu8h.nJHPfsZ0WSnE0",
        "$P$Tmrn679h6tCQ2DGvWSxEIoOdrar2om1",
    ] {
        assert_eq!(StoredHash::parse(hash).err(), Some(HashError::TooCostly), "{hash}");
    }
}

/// Nothing but a whole hash is read, and nothing of it is in an error.
#[test]
fn what_is_no_hash_is_refused() {
    for text in
        ["", "!", "*", "!abcdefgh", "password", "5f4dcc3b5aa765d61d8327deb882cf99", "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g="]
    {
        assert_eq!(StoredHash::parse(text).err(), Some(HashError::UnknownFormat), "{text}");
    }
    for hash in HASHES {
        // A digest that is cut short is found by chance.
        let most = hash.len() / 2;
        for end in (1..most).filter(|end| hash.is_char_boundary(*end)) {
            if let Ok(read) = StoredHash::parse(&hash[..end]) {
                assert!(!read.is_of(&PASSWORD.into(), &Memory::default()), "{}", &hash[..end]);
            }
        }
    }
}
