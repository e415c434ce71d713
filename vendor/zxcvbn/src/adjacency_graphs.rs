use std::collections::HashMap;

/// Keys with their neighbours, clockwise from the left: a line each, `_` where there is none.
fn graph(lines: &'static str) -> HashMap<char, Vec<Option<&'static str>>> {
    lines
        .lines()
        .filter_map(|line| {
            let mut places = line.split(' ');
            let key = places.next()?.chars().next()?;
            Some((
                key,
                places
                    .map(|neighbour| Some(neighbour).filter(|it| *it != "_"))
                    .collect(),
            ))
        })
        .collect()
}

lazy_static! {
    pub static ref QWERTY: HashMap<char, Vec<Option<&'static str>>> = graph(QWERTY_KEYS);
    pub static ref DVORAK: HashMap<char, Vec<Option<&'static str>>> = graph(DVORAK_KEYS);
    pub static ref KEYPAD: HashMap<char, Vec<Option<&'static str>>> = graph(KEYPAD_KEYS);
    pub static ref MAC_KEYPAD: HashMap<char, Vec<Option<&'static str>>> = graph(MAC_KEYPAD_KEYS);
}

const QWERTY_KEYS: &str = r#"! `~ _ _ 2@ qQ _
" ;: [{ ]} _ _ /?
# 2@ _ _ 4$ eE wW
$ 3# _ _ 5% rR eE
% 4$ _ _ 6^ tT rR
& 6^ _ _ 8* uU yY
' ;: [{ ]} _ _ /?
( 8* _ _ 0) oO iI
) 9( _ _ -_ pP oO
* 7& _ _ 9( iI uU
+ -_ _ _ _ ]} [{
, mM kK lL .> _ _
- 0) _ _ =+ [{ pP
. ,< lL ;: /? _ _
/ .> ;: '" _ _ _
0 9( _ _ -_ pP oO
1 `~ _ _ 2@ qQ _
2 1! _ _ 3# wW qQ
3 2@ _ _ 4$ eE wW
4 3# _ _ 5% rR eE
5 4$ _ _ 6^ tT rR
6 5% _ _ 7& yY tT
7 6^ _ _ 8* uU yY
8 7& _ _ 9( iI uU
9 8* _ _ 0) oO iI
: lL pP [{ '" /? .>
; lL pP [{ '" /? .>
< mM kK lL .> _ _
= -_ _ _ _ ]} [{
> ,< lL ;: /? _ _
? .> ;: '" _ _ _
@ 1! _ _ 3# wW qQ
A _ qQ wW sS zZ _
B vV gG hH nN _ _
C xX dD fF vV _ _
D sS eE rR fF cC xX
E wW 3# 4$ rR dD sS
F dD rR tT gG vV cC
G fF tT yY hH bB vV
H gG yY uU jJ nN bB
I uU 8* 9( oO kK jJ
J hH uU iI kK mM nN
K jJ iI oO lL ,< mM
L kK oO pP ;: .> ,<
M nN jJ kK ,< _ _
N bB hH jJ mM _ _
O iI 9( 0) pP lL kK
P oO 0) -_ [{ ;: lL
Q _ 1! 2@ wW aA _
R eE 4$ 5% tT fF dD
S aA wW eE dD xX zZ
T rR 5% 6^ yY gG fF
U yY 7& 8* iI jJ hH
V cC fF gG bB _ _
W qQ 2@ 3# eE sS aA
X zZ sS dD cC _ _
Y tT 6^ 7& uU hH gG
Z _ aA sS xX _ _
[ pP -_ =+ ]} '" ;:
\ ]} _ _ _ _ _
] [{ =+ _ \| _ '"
^ 5% _ _ 7& yY tT
_ 0) _ _ =+ [{ pP
` _ _ _ 1! _ _
a _ qQ wW sS zZ _
b vV gG hH nN _ _
c xX dD fF vV _ _
d sS eE rR fF cC xX
e wW 3# 4$ rR dD sS
f dD rR tT gG vV cC
g fF tT yY hH bB vV
h gG yY uU jJ nN bB
i uU 8* 9( oO kK jJ
j hH uU iI kK mM nN
k jJ iI oO lL ,< mM
l kK oO pP ;: .> ,<
m nN jJ kK ,< _ _
n bB hH jJ mM _ _
o iI 9( 0) pP lL kK
p oO 0) -_ [{ ;: lL
q _ 1! 2@ wW aA _
r eE 4$ 5% tT fF dD
s aA wW eE dD xX zZ
t rR 5% 6^ yY gG fF
u yY 7& 8* iI jJ hH
v cC fF gG bB _ _
w qQ 2@ 3# eE sS aA
x zZ sS dD cC _ _
y tT 6^ 7& uU hH gG
z _ aA sS xX _ _
{ pP -_ =+ ]} '" ;:
| ]} _ _ _ _ _
} [{ =+ _ \| _ '"
~ _ _ _ 1! _ _"#;

const DVORAK_KEYS: &str = r#"! `~ _ _ 2@ '" _
" _ 1! 2@ ,< aA _
# 2@ _ _ 4$ .> ,<
$ 3# _ _ 5% pP .>
% 4$ _ _ 6^ yY pP
& 6^ _ _ 8* gG fF
' _ 1! 2@ ,< aA _
( 8* _ _ 0) rR cC
) 9( _ _ [{ lL rR
* 7& _ _ 9( cC gG
+ /? ]} _ \| _ -_
, '" 2@ 3# .> oO aA
- sS /? =+ _ _ zZ
. ,< 3# 4$ pP eE oO
/ lL [{ ]} =+ -_ sS
0 9( _ _ [{ lL rR
1 `~ _ _ 2@ '" _
2 1! _ _ 3# ,< '"
3 2@ _ _ 4$ .> ,<
4 3# _ _ 5% pP .>
5 4$ _ _ 6^ yY pP
6 5% _ _ 7& fF yY
7 6^ _ _ 8* gG fF
8 7& _ _ 9( cC gG
9 8* _ _ 0) rR cC
: _ aA oO qQ _ _
; _ aA oO qQ _ _
< '" 2@ 3# .> oO aA
= /? ]} _ \| _ -_
> ,< 3# 4$ pP eE oO
? lL [{ ]} =+ -_ sS
@ 1! _ _ 3# ,< '"
A _ '" ,< oO ;: _
B xX dD hH mM _ _
C gG 8* 9( rR tT hH
D iI fF gG hH bB xX
E oO .> pP uU jJ qQ
F yY 6^ 7& gG dD iI
G fF 7& 8* cC hH dD
H dD gG cC tT mM bB
I uU yY fF dD xX kK
J qQ eE uU kK _ _
K jJ uU iI xX _ _
L rR 0) [{ /? sS nN
M bB hH tT wW _ _
N tT rR lL sS vV wW
O aA ,< .> eE qQ ;:
P .> 4$ 5% yY uU eE
Q ;: oO eE jJ _ _
R cC 9( 0) lL nN tT
S nN lL /? -_ zZ vV
T hH cC rR nN wW mM
U eE pP yY iI kK jJ
V wW nN sS zZ _ _
W mM tT nN vV _ _
X kK iI dD bB _ _
Y pP 5% 6^ fF iI uU
Z vV sS -_ _ _ _
[ 0) _ _ ]} /? lL
\ =+ _ _ _ _ _
] [{ _ _ _ =+ /?
^ 5% _ _ 7& fF yY
_ sS /? =+ _ _ zZ
` _ _ _ 1! _ _
a _ '" ,< oO ;: _
b xX dD hH mM _ _
c gG 8* 9( rR tT hH
d iI fF gG hH bB xX
e oO .> pP uU jJ qQ
f yY 6^ 7& gG dD iI
g fF 7& 8* cC hH dD
h dD gG cC tT mM bB
i uU yY fF dD xX kK
j qQ eE uU kK _ _
k jJ uU iI xX _ _
l rR 0) [{ /? sS nN
m bB hH tT wW _ _
n tT rR lL sS vV wW
o aA ,< .> eE qQ ;:
p .> 4$ 5% yY uU eE
q ;: oO eE jJ _ _
r cC 9( 0) lL nN tT
s nN lL /? -_ zZ vV
t hH cC rR nN wW mM
u eE pP yY iI kK jJ
v wW nN sS zZ _ _
w mM tT nN vV _ _
x kK iI dD bB _ _
y pP 5% 6^ fF iI uU
z vV sS -_ _ _ _
{ 0) _ _ ]} /? lL
| =+ _ _ _ _ _
} [{ _ _ _ =+ /?
~ _ _ _ 1! _ _"#;

const KEYPAD_KEYS: &str = r#"* / _ _ _ - + 9 8
+ 9 * - _ _ _ _ 6
- * _ _ _ _ _ + 9
. 0 2 3 _ _ _ _ _
/ _ _ _ _ * 9 8 7
0 _ 1 2 3 . _ _ _
1 _ _ 4 5 2 0 _ _
2 1 4 5 6 3 . 0 _
3 2 5 6 _ _ _ . 0
4 _ _ 7 8 5 2 1 _
5 4 7 8 9 6 3 2 1
6 5 8 9 + _ _ 3 2
7 _ _ _ / 8 5 4 _
8 7 _ / * 9 6 5 4
9 8 / * - + _ 6 5"#;

const MAC_KEYPAD_KEYS: &str = r#"* / _ _ _ _ _ - 9
+ 6 9 - _ _ _ _ 3
- 9 / * _ _ _ + 6
. 0 2 3 _ _ _ _ _
/ = _ _ _ * - 9 8
0 _ 1 2 3 . _ _ _
1 _ _ 4 5 2 0 _ _
2 1 4 5 6 3 . 0 _
3 2 5 6 + _ _ . 0
4 _ _ 7 8 5 2 1 _
5 4 7 8 9 6 3 2 1
6 5 8 9 - + _ 3 2
7 _ _ _ = 8 5 4 _
8 7 _ = / 9 6 5 4
9 8 = / * - + 6 5
= _ _ _ _ / 9 8 7"#;
