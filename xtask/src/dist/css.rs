//! The stylesheet as it is shipped: for a shadow tree, and for a page's own tree.

/// Drops comments and needless white space. Strings in our stylesheet hold neither.
pub(super) fn minified(source: &str) -> String {
    let mut plain = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, after)) = rest.split_once("/*") {
        plain.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let mut minified = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    for mark in ['{', '}', ';', ',', '>'] {
        minified = minified.replace(&format!(" {mark}"), &mark.to_string());
        minified = minified.replace(&format!("{mark} "), &mark.to_string());
    }
    // A colon with a space behind it is no selector's.
    minified.replace(": ", ":").replace(";}", "}")
}

/// The same rules for a page's own tree: nested in the widget's element, so that they reach nothing else, and with
/// names of animations that are ours.
pub(super) fn light(minified: &str) -> String {
    let mut nested = String::with_capacity(minified.len());
    let mut animations = String::new();
    let mut rest = minified;
    while let Some(at) = rest.find("@keyframes ") {
        let (before, animation) = rest.split_at(at);
        nested.push_str(before);
        let end = block(animation);
        animations.push_str(&animation[..end]);
        rest = &animation[end..];
    }
    nested.push_str(rest);
    for name in animations.split("@keyframes ").skip(1).filter_map(|it| it.split('{').next()) {
        nested = nested.replace(&format!("animation:{name} "), &format!("animation:regain-{name} "));
    }
    let animations = animations.replace("@keyframes ", "@keyframes regain-");
    format!("{animations}.regain-widget{{{}}}", hosts(&nested))
}

/// End of the block that begins in this text.
fn block(text: &str) -> usize {
    let mut open = 0;
    for (at, mark) in text.char_indices() {
        match mark {
            '{' => open += 1,
            '}' if open == 1 => return at + 1,
            '}' => open -= 1,
            _ => {}
        }
    }
    text.len()
}

/// `:host` and `:host(…)` as what the rules are nested in.
fn hosts(text: &str) -> String {
    let mut done = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(":host") {
        done.extend([before, "&"]);
        rest = after;
        if let Some(inner) = after.strip_prefix('(') {
            let mut open = 1;
            let end = inner.find(|mark| {
                open += i32::from(mark == '(') - i32::from(mark == ')');
                open == 0
            });
            let (condition, after) = inner.split_at(end.unwrap_or(inner.len()));
            done.push_str(condition);
            rest = after.strip_prefix(')').unwrap_or(after);
        }
    }
    done + rest
}

#[cfg(test)]
mod tests {
    use super::{light, minified};

    #[test]
    fn css_loses_comments_and_white_space_only() {
        let source = "/* one */\n.a > .b {\n  color: red; /* two */\n  margin: 0 auto;\n}\n";
        assert_eq!(minified(source), ".a>.b{color:red;margin:0 auto}");
    }

    #[test]
    fn without_a_shadow_tree_the_rules_are_nested_in_the_widget() {
        let source = ":host{a:b}:host(:not([data-theme=\"light\"])){c:d}.x{animation:turn 1s}@keyframes turn{to{e:f}}";
        assert_eq!(
            light(source),
            "@keyframes regain-turn{to{e:f}}.regain-widget{&{a:b}&:not([data-theme=\"light\"]){c:d}.x{animation:regain-turn 1s}}"
        );
    }
}
