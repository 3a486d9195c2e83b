"""Every trap is found where it stands, in French and in English, and what only looks like one is left alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.legal.letters.facts import PASSAGE, full
from tocsin.base.errors import InputError
from tocsin.legal.letters.compose import compose
from tocsin.legal.letters.facts import GroundRef
from tocsin.legal.letters.lint import lint, lint_draft, load_traps
from tocsin.legal.letters.lint.reading import Reading
from tocsin.legal.letters.lint.special import SPECIAL
from tocsin.legal.letters.values import LetterKind, Weight

K = LetterKind
DEFAMATION, INSULT = "fr.1881.diffamation_publique", "fr.1881.injure_publique"
DISPARAGEMENT = "fr.civil.denigrement_1240"

# code, kind, grounds, what is found, what is not
CASES: list[tuple[str, LetterKind | None, tuple[str, ...], list[str], list[str]]] = [
    (
        "defamation_and_insult",
        None,
        (),
        [
            "Ces propos sont une diffamation et une injure.",
            "Texte injurieux et diffamatoire.",
            "These words are defamatory and an insult.",
        ],
        [
            "Ces propos sont une injure.",
            "Ces propos sont diffamatoires.",
            "Vous écriviez « quelle injure » ; c’est une diffamation.",
            "These words are defamatory; they injure trade.",
        ],
    ),
    (
        "defamation_and_1240",
        None,
        (),
        [
            "Ces propos diffamatoires engagent votre responsabilité (art. 1240).",
            "C’est un dénigrement et une diffamation.",
            "Defamatory words that also disparage our goods.",
        ],
        ["Ce dénigrement relève de l’article 1240.", "Words that disparage our goods.", "Une diffamation publique."],
    ),
    (
        "honour_words_on_1240",
        K.FORMAL_NOTICE,
        (DISPARAGEMENT,),
        ["Vos écrits diffamatoires sur nos sacs.", "Ils portent atteinte à l’honneur.", "Your defamatory posts."],
        ["Vos écrits jettent le discrédit sur nos sacs.", "Vous écriviez : « c’est diffamatoire ».", "Your posts."],
    ),
    (
        "art53_missing",
        None,
        (),
        ["ASSIGNATION\nPour diffamation publique, art. 29.", "SUMMONS\nfor defamation under art. 29 of the 1881 act"],
        [
            "Une diffamation publique, loi du 29 juillet 1881.",
            "ASSIGNATION\nen paiement d’une facture",
            "CITATION DIRECTE\nPour diffamation, art. 29 et 32 de la loi du 29 juillet 1881. Propos : « voleur ». "
            "Le requérant élit domicile chez Me Durand. La présente sera notifiée au ministère public.",
            "SUMMONS\nDefamation, art. 29 and 32 of the act of 29 July 1881. Words: “thief”. The claimant elects "
            "domicile at Me Durand’s. To be served on the public prosecutor.",
        ],
    ),
    (
        "threat_of_publication",
        None,
        (),
        [
            "Sans réponse, nous publierons vos messages.",
            "Nous alerterons la presse.",
            "Otherwise we will publish your messages.",
            "We’ll tell the press.",
            "Nous n’hésiterons pas à rendre cette affaire publique.",
            "We will not hesitate to go public.",
        ],
        [
            "Nous vous demandons de publier la réponse.",
            "« nous publierons tout »",
            "Merci de rendre publique notre réponse.",
            "We will answer.",
        ],
    ),
    (
        "title_repeats_claim",
        None,
        (),
        [
            f"Objet : la maison Alba vend des cuirs volés\n\nVous écrivez « {PASSAGE} ».",
            "# Alba vend des cuirs volés et le cache\n\n“Alba vend des cuirs volés et le cache à ses clients”",
            "Subject: Alba sells stolen leather\n\nYou wrote “Alba sells stolen leather to its customers”.",
        ],
        [
            f"Objet : une précision sur nos cuirs\n\nVous écrivez « {PASSAGE} ».",
            "Subject: about our leather\n\nYou wrote “Alba sells stolen leather to its customers”.",
        ],
    ),
    (
        "legal_threat_in_answer",
        K.REVIEW_ANSWER,
        (),
        [
            "Nous transmettons à notre avocat.",
            "Vos propos sont diffamatoires.",
            "Voir l’article L121-4.",
            "We will sue.",
            "Our lawyer will be in touch.",
            "Our legal team has been told.",
            "Notre service juridique est saisi.",
        ],
        ["Merci de votre retour, nous suivons le colis.", "Thank you, we are tracing the parcel.", "Quel courtage ?"],
    ),
    (
        "promise_or_admission",
        K.REVIEW_ANSWER,
        (),
        [
            "Nous reconnaissons notre faute.",
            "Nous vous rembourserons.",
            "Cela ne se reproduira plus.",
            "We accept full responsibility.",
            "We will refund you.",
            "It will never happen again.",
            "We take full responsibility.",
            "Nous assumons toute la responsabilité.",
        ],
        ["Nous regardons ce qui s’est passé.", "Nous reconnaissons le sac sur la photo.", "We are looking into it."],
    ),
    (
        "personal_data",
        K.REVIEW_ANSWER,
        (),
        [
            "Écrivez-vous depuis paul.roux@example.org ?",
            "Nous vous avons appelé au 06 12 34 56 78.",
            "Votre commande n° 458812 est partie.",
            "Your order no. 458812 left.",
            "You who are living at 3 Main Street",
            "né le 3 mai 1990",
        ],
        [
            "Écrivez à service@maison-alba.example.org.",
            "Votre commande est partie.",
            "Merci pour ces 12 ans.",
            "Your order left on 3 May.",
        ],
    ),
    (
        "insult",
        None,
        (),
        [
            "Vous êtes un menteur.",
            "Ces escrocs.",
            "You are a liar.",
            "These scammers.",
            "C’est mensonger.",
            "This is a lie.",
        ],
        ["Vous écrivez « menteur ».", "Ce n’est pas exact.", "You wrote “liar”.", "This is not accurate."],
    ),
    (
        "deadlines_contradict",
        None,
        (),
        [
            "Retirez ce texte sous 48 heures. Vous devez répondre dans un délai de huit jours.",
            "Remove this within 48 hours. Answer within 8 days.",
        ],
        [
            "Retirez ce texte sous 48 heures. Vous devez répondre sous deux jours.",
            "Retirez ce texte sous 48 heures. Nos boutiques ouvrent dans 8 jours.",
            "Retirez ce texte sous 48 heures. L’article 12 vous fait répondre dans un mois.",
            "Remove this within 48 hours. Answer within two days.",
        ],
    ),
    (
        "demand_without_ground",
        K.FORMAL_NOTICE,
        (),
        ["Je vous mets en demeure de retirer ce texte.", "We require you to remove this text."],
        [
            "Je vous mets en demeure de retirer ce texte (code civil, art. 1240).",
            "Bonjour, merci de votre appel.",
            "We require you to remove this text under art. 29 of the act of 29 July 1881.",
        ],
    ),
    (
        "blackmail_wording",
        None,
        (),
        [
            "Payez 5 000 € ou nous porterons plainte.",
            "Versez cette somme, à défaut de quoi nous vous dénoncerons au fisc.",
            "Retirez ce texte, sinon nous préviendrons votre employeur.",
            "Si vous ne payez pas, nous déposerons plainte.",
            "Pay 5,000 or we will file a complaint.",
            "Remove it, otherwise we will tell your employer.",
            "Unless you pay, we will report you.",
            "Nous vous demandons de verser 5 000 €. À défaut, nous déposerons plainte.",
        ],
        [
            "Retirez ce texte ; à défaut, je me réserve de saisir la juridiction compétente.",
            "Nous vous demandons de verser 5 000 €. À défaut, nous saisirons le tribunal.",
            "Je demande réparation. À défaut, le tribunal en décidera.",
            "Supprimez ces passages, à défaut nous porterons plainte.",
            "Remove it, failing which we reserve the right to go to court.",
        ],
    ),
    (
        "judgement",
        None,
        (),
        [
            "Ce contenu est illégal.",
            "Vous êtes coupable.",
            "Ces écrits sont illicites.",
            "This is unlawful.",
            "It is illegal.",
        ],
        [
            "un contenu illicite au sens du règlement",
            "un trouble manifestement illicite (art. 835)",
            "illegal content under the regulation",
            "Vous écrivez « c’est illégal ».",
        ],
    ),
    (
        "false_interruption",
        None,
        (),
        [
            "La présente interrompt la prescription.",
            "Cette notification suspend tout délai.",
            "This letter interrupts the limitation period.",
        ],
        [
            "La présente n’interrompt pas la prescription.",
            "Elle ne suspend pas le délai.",
            "This letter does not stop the press period; it never interrupts the limitation period.",
            "Une plainte simple n’interrompt aucun délai.",
        ],
    ),
    (
        "gap_left",
        None,
        (),
        ["Madame [à compléter : nom],", "Dear [to be filled in: name],"],
        ["Madame [sic],", "Dear [sic]"],
    ),
    (
        "protected_speaker_named",
        K.FORMAL_NOTICE,
        (),
        ["Vous êtes journaliste au Courrier.", "As a whistle-blower you"],
        ["Vous tenez une boutique.", "As a shopkeeper you"],
    ),
    (
        "company_gdpr",
        K.SEARCH_REMOVAL,
        (),
        ["Au titre du RGPD, article 17, retirez.", "Nous invoquons le droit à l’oubli.", "Under GDPR article 17."],
        [
            "Au titre de l’article 17 du règlement (UE) 2022/2065.",
            "Nos données suivent le RGPD.",
            "Article 17 applies.",
        ],
    ),
    (
        "summary_against_host",
        None,
        (),
        ["Nous saisirons en référé votre hébergeur.", "Summary proceedings against the host will follow."],
        [
            "Nous saisirons le président contre l’hébergeur au titre de l’article 6-3.",
            "Un référé contre l’auteur.",
            "Our host.",
        ],
    ),
    (
        "ip_asked",
        K.AUTHOR_DATA,
        (),
        ["Communiquer l’adresse IP du titulaire.", "Disclose the IP address."],
        ["Communiquer l’identité civile du titulaire.", "Disclose the civil identity."],
    ),
]


def codes(text: str, kind: LetterKind | None, grounds: tuple[str, ...] = ()) -> set[str]:
    return {finding.code for finding in lint(text, kind, [GroundRef(id=ground) for ground in grounds])}


@pytest.mark.parametrize(
    ("code", "kind", "grounds", "text"),
    [(code, kind, grounds, text) for code, kind, grounds, traps, _ in CASES for text in traps],
)
def test_a_trap_is_found(code: str, kind: LetterKind | None, grounds: tuple[str, ...], text: str) -> None:
    assert code in codes(text, kind, grounds)


@pytest.mark.parametrize(
    ("code", "kind", "grounds", "text"),
    [(code, kind, grounds, text) for code, kind, grounds, _, clean in CASES for text in clean],
)
def test_what_only_looks_like_a_trap_is_left(
    code: str, kind: LetterKind | None, grounds: tuple[str, ...], text: str
) -> None:
    assert code not in codes(text, kind, grounds)


def test_every_trap_is_tried_both_ways() -> None:
    chosen = {"two_press_grounds", "press_and_1240"}
    assert {code for code, *_ in CASES} | chosen == set(load_traps())
    assert set(SPECIAL) == {code for code, trap in load_traps().items() if not trap.any}
    assert all(traps and clean for *_, traps, clean in CASES)


def test_two_grounds_chosen_for_the_same_words_are_a_trap() -> None:
    assert "two_press_grounds" in codes("Bonjour.", K.FORMAL_NOTICE, (DEFAMATION, INSULT))
    assert "press_and_1240" in codes("Bonjour.", K.FORMAL_NOTICE, (DISPARAGEMENT, DEFAMATION))
    apart = [GroundRef(id=DEFAMATION, passage="cuirs volés"), GroundRef(id=INSULT, passage="pauvres types")]
    assert not {"two_press_grounds", "press_and_1240"} & {finding.code for finding in lint("Bonjour.", None, apart)}


def test_each_missing_part_of_a_press_act_is_named_once() -> None:
    found = lint("ASSIGNATION\nPour des propos diffamants tenus en ligne.")
    parts = [dict(finding.said)["fr"] for finding in found if finding.code == "art53_missing"]
    assert len(parts) == len(set(parts)) == 6
    assert any("élection de domicile" in part for part in parts) and any("ministère public" in part for part in parts)
    assert all(finding.start == finding.end == 0 for finding in found if finding.code == "art53_missing")


def test_an_unsigned_complaint_with_civil_party_is_a_trap() -> None:
    complaint = "Diffamation, art. 29 de la loi du 29 juillet 1881 ; élit domicile à Lyon ; « voleurs »."
    found = lint(complaint, K.COMPLAINT_CIVIL_PARTY, [GroundRef(id=DEFAMATION)])
    assert [dict(finding.said)["fr"] for finding in found if finding.code == "art53_missing"] == [
        "Il manque à cet acte de presse\u00a0: la signature. Nullité sans preuve d’un grief\u00a0; l’acte irrégulier "
        "n’interrompt pas le délai."
    ]
    assert not [
        finding for finding in lint(complaint + " Signature :", K.COMPLAINT_CIVIL_PARTY) if finding.code[:3] == "art"
    ]


def test_the_words_of_a_finding_are_those_of_the_text() -> None:
    text = "Retirez tout.\nC’EST ILLÉGAL et\u00a0vous le savez."
    found = next(finding for finding in lint(text) if finding.code == "judgement")
    assert text[found.start : found.end] == found.words == "ILLÉGAL"
    assert found.weight is Weight.TRAP and "juge" in found.by("fr") and "judge" in found.by("en")


def test_a_phrase_cut_by_the_end_of_a_line_is_still_found() -> None:
    assert "threat_of_publication" in codes("Sans réponse, nous alerterons\n   la presse.", None)
    assert "threat_of_publication" in codes("Sans réponse, nous alerterons\u00a0la presse.", None)


def test_the_words_of_others_hide_nothing_of_ours() -> None:
    hostile = "un menteur “ dit »"
    text = f"Vous écrivez {hostile}\n\nVous êtes un escroc. Merci ”."
    assert [finding.words for finding in lint(text, passages=(hostile,)) if finding.code == "insult"] == ["escroc"]
    wrapped = "Vous écrivez « la maison\n    ment, escroc » et encore."
    assert not lint(wrapped, passages=("La maison ment, escroc",))


def test_a_title_is_held_against_the_passages_given_too() -> None:
    text = "Objet : vos cuirs volés de la maison Alba\n\nMadame,"
    assert {finding.code for finding in lint(text, passages=(PASSAGE,))} == {"title_repeats_claim"}
    assert not lint(text)


def test_the_senders_own_address_is_no_personal_data_of_another() -> None:
    text = "Écrivez-moi : alice.martin@maison-alba.example.org, 04 11 22 33 44."
    assert {finding.code for finding in lint(text, K.REVIEW_ANSWER)} == {"personal_data"}
    assert not lint(
        text, K.REVIEW_ANSWER, own=("alice.martin@maison-alba.example.org", "+33 4 11 22 33 44", "0411223344")
    )


@pytest.mark.parametrize("kind", list(LetterKind))
@pytest.mark.parametrize("language", ["fr", "en"])
def test_our_own_letters_hold_no_trap(kind: LetterKind, language: str) -> None:
    facts = full(language)
    assert lint_draft(compose(kind, facts, language), facts) == ()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_gap_of_a_letter_is_found(language: str) -> None:
    facts = full(language, reply_by=None)
    found = lint_draft(compose(K.FORMAL_NOTICE, facts, language), facts)
    assert [finding.code for finding in found] == ["gap_left"]


@given(st.text(max_size=400))
def test_any_text_is_read_sign_for_sign(text: str) -> None:
    reading = Reading(text)
    assert len(reading.plain) == len(reading.own) == len(text)
    for finding in lint(text):
        assert 0 <= finding.start <= finding.end <= len(text)
        assert text[finding.start : finding.end] == finding.words


@pytest.mark.parametrize(
    "text",
    [
        "payez ",
        "payez a defaut ",
        "« ",
        "« a » ",
        '" ',
        "a@",
        "objet : ",
        "objet : a\n",
        "# ",
        "art ",
        "\n",
        "0 1",
        "h.",
    ],
)
def test_a_hostile_text_is_read_in_bounded_time(text: str) -> None:
    begun = time.process_time()
    lint((text * 60_000)[:60_000], K.REVIEW_ANSWER)
    assert time.process_time() - begun < 3


def test_a_text_too_long_for_a_letter_is_refused() -> None:
    with pytest.raises(InputError, match="at most"):
        lint("x" * 500_001)
