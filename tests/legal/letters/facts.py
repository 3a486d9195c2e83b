"""Facts of the cast: Alice writes for Maison Alba about a page of example.org."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec

from tocsin.legal.letters.facts import (
    CaptureRef,
    Decision,
    Facts,
    GroundRef,
    Item,
    Reach,
    Recipient,
    SecondPerson,
    Sender,
    Words,
)

PASSAGE = "La maison Alba vend des cuirs volés et le cache à ses clients."
DIGEST = "5f" * 32

WORDS = {
    "fr": Words(
        explanation="Le 2 juin 2026, un compte a publié ce texte. Nos achats de cuir de 2026 sont tous facturés.",
        designation="deuxième phrase du texte : « la maison Alba ».",
        reply="Nos cuirs viennent de deux tanneries, dont les factures sont consultables au siège.",
        error="Le texte dit que nos cuirs sont sans origine connue.",
        correction="Nos cuirs viennent de deux tanneries ; les factures sont jointes.",
        demands=("retirer les passages cités ci-dessus", "ne pas les remettre en ligne"),
        evidence=("factures de janvier à juin 2026", "registre des entrées"),
        enclosures=("Factures de janvier à juin 2026",),
        harm="Onze commandes annulées entre le 3 et le 9 juin 2026.",
        doubt="Aucune commande ne porte cette date ni ce montant dans nos registres.",
        answer="Merci d’avoir pris le temps d’écrire. Votre colis a mis douze jours, c’est long. Nous le suivons.",
        contact="service@maison-alba.example.org",
        account="https://example.org/maison-alba",
        search_name="Alice Martin",
        measures=("communiquer l’identité civile du titulaire du compte",),
        court="tribunal judiciaire de Lyon",
        domicile="au cabinet de Me Durand, 3 place Neuve, Lyon",
        counsel="Me Durand, avocate au barreau de Lyon",
        right="marque française ALBA no 1234567, classe 18",
        domain="maison-alba-promo.example.org",
        technique="il imite la page de paiement et recueille des numéros de carte.",
        need="l’auteur signe d’un pseudonyme et l’hébergeur efface les comptes inactifs.",
    ),
    "en": Words(
        explanation="On 2 June 2026 an account posted this text. Our purchases of leather in 2026 are all invoiced.",
        designation="second sentence of the text: “la maison Alba”.",
        reply="Our leather comes from two tanneries, whose invoices can be read at our seat.",
        error="The text says that our leather is of unknown origin.",
        correction="Our leather comes from two tanneries; the invoices are enclosed.",
        demands=("remove the passages quoted above", "not put them online again"),
        evidence=("invoices from January to June 2026", "register of goods received"),
        enclosures=("Invoices from January to June 2026",),
        harm="Eleven orders cancelled between 3 and 9 June 2026.",
        doubt="No order in our records bears that date or that amount.",
        answer="Thank you for taking the time to write. Your parcel took twelve days, which is long.",
        contact="service@maison-alba.example.org",
        account="https://example.org/maison-alba",
        search_name="Alice Martin",
        measures=("disclose the civil identity of the account’s holder",),
        court="tribunal judiciaire de Lyon",
        domicile="the office of Me Durand, 3 place Neuve, Lyon",
        counsel="Me Durand, of the Lyon bar",
        right="French trade mark ALBA no 1234567, class 18",
        domain="maison-alba-promo.example.org",
        technique="it imitates the payment page and collects card numbers.",
        need="the author signs with a pseudonym and the host erases idle accounts.",
    ),
}

GROUND = {
    "fr": ("diffamation publique envers un particulier", "loi du 29 juillet 1881, art. 29 al. 1 et 32"),
    "en": ("public defamation of a private person", "Act of 29 July 1881, art. 29 para. 1 and 32"),
}


def full(language: str = "fr", **changes: object) -> Facts:
    """Return facts that fill every kind, some of them changed."""
    name, article = GROUND[language]
    facts = Facts(
        date=date(2026, 6, 12),
        place="Lyon",
        reference="2026-0042",
        brand="Maison Alba",
        good_faith=True,
        reply_by=date(2026, 6, 22),
        prepared_by="Bruno Petit",
        sender=Sender(
            name="Alice Martin",
            role="présidente" if language == "fr" else "chair",
            organisation="Maison Alba",
            registration="SAS, RCS Lyon 123 456 789",
            address="12 rue des Tanneurs, 69001 Lyon",
            email="alice@maison-alba.example.org",
            phone="04 00 00 00 00",
            natural_person=True,
        ),
        recipient=Recipient(
            name="Exemple Réseau SAS",
            role="service des notifications" if language == "fr" else "notices desk",
            address="1 place du Marché, 75001 Paris",
            email="notices@example.org",
            kind="platform",
        ),
        items=(
            Item(
                url="https://example.org/posts/1234567890?view=full",
                title="Alerte cuir" if language == "fr" else "Leather alert",
                author="@cuirlibre",
                details="message 1234567890",
                form="écrit" if language == "fr" else "writing",
                first_online=date(2026, 6, 2),
                passages=(PASSAGE,),
                length_chars=900,
                self_service_reply=False,
            ),
        ),
        captures=(
            CaptureRef(
                number="2026-0042/01",
                url="https://example.org/posts/1234567890?view=full",
                started_at=datetime(2026, 6, 3, 7, 12, 5, tzinfo=UTC),
                ended_at=datetime(2026, 6, 3, 7, 12, 14, tzinfo=UTC),
                digest=DIGEST,
                log_index=17,
            ),
        ),
        grounds=(GroundRef(id="fr.1881.diffamation_publique", name=name, article=article),),
        decision=Decision(
            reference="D-778", taken_on=date(2026, 6, 8), said="maintien" if language == "fr" else "kept"
        ),
        reach=Reach(people=48_000),
        second=SecondPerson(),
        words=WORDS[language],
    )
    return msgspec.structs.replace(facts, **changes)
