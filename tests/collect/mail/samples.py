"""Letters written for the tests, after the forms that platforms use; nobody said these words."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from tocsin.base.post import Post
from tocsin.collect.adapter import Letter, Letters, Page, Source, Upsert
from tocsin.collect.adapters.mailbox import MailboxAdapter

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SENT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
CHECKER = "mx.example.org"
SOURCE = Source(
    name="box",
    adapter="mailbox",
    options={"server": "imap.example.org", "user": "alerts@maison-alba.example", "checked_by": CHECKER},
)


def letter(
    sender: str,
    subject: str,
    text: str = "",
    *,
    html: str = "",
    signed_by: str = "",
    heads: dict[str, str] | None = None,
) -> bytes:
    """Return a letter as it lies in a mailbox; signed_by: the domain that the own server vouches for."""
    message = EmailMessage()
    if signed_by:
        message["Authentication-Results"] = (
            f"{CHECKER}; dkim=pass (2048-bit key) header.d={signed_by}; spf=pass smtp.mailfrom={signed_by}"
        )
    message["From"] = sender
    message["To"] = "alerts@maison-alba.example"
    message["Subject"] = subject
    message["Date"] = format_datetime(SENT)
    message["Message-ID"] = f"<{abs(sum(map(ord, sender + subject + text + html)))}@example.org>"
    for name, value in (heads or {}).items():
        del message[name]
        message[name] = value
    if text or not html:
        message.set_content(text)
    if html:
        if text:
            message.add_alternative(html, subtype="html")
        else:
            message.set_content(html, subtype="html")
    return message.as_bytes()


def parsed(*raws: bytes, source: Source = SOURCE, cursor: str = "", validity: int = 7, first: int = 1) -> Page:
    """Return the page of some letters, numbered from `first`."""
    letters = [Letter(number=number, raw=raw, at=SENT) for number, raw in enumerate(raws, start=first)]
    return MailboxAdapter().parse(source, cursor, Letters(validity=validity, letters=letters, at=NOW), NOW)


def only(*raws: bytes, source: Source = SOURCE) -> Post:
    """Return the one post of some letters."""
    page = parsed(*raws, source=source)
    (item,) = page.items
    assert isinstance(item, Upsert), page
    return item.post


ALERT_HTML = """<html><body><table>
<tr><td><h1>maison alba</h1><div>Mise à jour quotidienne ⋅ 22 novembre 2026</div></td></tr>
<tr><td><span>ACTUALITÉS</span></td></tr>
<tr itemscope itemtype="http://schema.org/Article"><td>
<a
href="https://www.google.com/url?rct=j&amp;sa=t&amp;url=https://presse.example/alba%3Fid%3D4%26utm_source%3Dx&amp;c=g">
<span itemprop="name"><b>Maison Alba</b> rappelle une crème</span></a>
<div><div itemprop="publisher" itemscope><a><span itemprop="name">La Gazette d’Exemple</span></a></div>
<div itemprop="description">La marque <b>Maison Alba</b> retire un lot&nbsp;...</div></div>
<a href="https://www.google.com/alerts/share?hl=fr&amp;ru=x">Facebook</a>
<a href="https://www.google.com/alerts/feedback?ffu=x">Signaler comme non pertinent</a></td></tr>
<tr itemscope><td>
<a href="https://www.google.com/url?rct=j&amp;sa=t&amp;url=https://blog.example/avis-alba&amp;ct=ga">
<span>Mon essai d’Alba</span></a>
<div>Un blog d’exemple</div><div>Trois semaines avec la crème, et un flacon cassé à l’arrivée.</div></td></tr>
<tr><td>Vous avez reçu cet e-mail car vous êtes abonné à Google Alertes.
<a href="https://www.google.com/alerts/remove?x=1">Annuler l’abonnement</a></td></tr></table></body></html>"""

ALERT_TEXT = """=== News - 2 new results for [maison alba] ===

Maison Alba recalls a cream
Example Gazette
The brand takes back a lot after several complaints ...
<https://www.google.com/url?rct=j&sa=t&url=https://press.example/alba&ct=ga&cd=x>

Three weeks with Alba
The bottle came broken, the answer took ten days.
<https://www.google.com/url?rct=j&sa=t&url=https://blog.example/three&ct=ga&cd=x>

- - - - - - - - - - - - - - -
You have received this email because you have subscribed to Google Alerts.
Unsubscribe: <https://www.google.com/alerts/remove?x=1>
"""

GOOGLE_REVIEW = """<html><body><p>Maison Alba</p><p>Bruno Essai a laissé un avis sur votre établissement</p>
<p><img alt="1 étoile" src="https://www.gstatic.com/s.png"></p>
<p>Colis jamais arrivé.<br>Trois appels sans réponse.</p>
<p><a href="https://business.google.com/n/12/reviews?token=SECRET">Répondre à l’avis</a></p>
<p>Vous recevez cet e-mail car vous gérez cette fiche.</p><p>Google LLC</p></body></html>"""

TRUSTPILOT_REVIEW = """<html><body><p>Hi Alice,</p><h1>Bruno E. just left you a 2-star review</h1>
<p>★★☆☆☆</p><h2>Slow and cold</h2><p>I waited three weeks and nobody knew where my order was.</p>
<p><a href="https://www.trustpilot.com/reviews/65a0b1c2d3e4f5?utm_medium=email">Read the review</a></p>
<p>Thanks,</p><p>The Trustpilot team</p></body></html>"""

YOUTUBE_COMMENT = """<html><body>
<p><a href="https://www.youtube.com/channel/x">Bruno Essai</a> a commenté votre vidéo</p>
<p><a href="https://www.youtube.com/watch?v=abc">Visite de l’atelier</a></p>
<p>Et la machine en panne depuis mardi, on en parle quand ?</p>
<p><a href="https://www.youtube.com/watch?v=abc&amp;lc=Ugx1&amp;feature=em-comments">RÉPONDRE</a></p></body></html>"""

FACEBOOK_COMMENT = """<html><body><p>Bruno Essai a commenté la publication de Maison Alba.</p>
<p>Bruno Essai</p><p>22 novembre 2026</p>
<p>Deux semaines que j’attends mon remboursement, c’est honteux.</p>
<p><a href="https://www.facebook.com/n/?permalink.php&amp;story_fbid=12&amp;id=34&amp;comment_id=56&amp;bcode=SECRET">
Voir sur Facebook</a></p><p>Meta Platforms, Inc.</p></body></html>"""

LINKEDIN_COMMENT = """Bruno Essai commented on Maison Alba's post

"We tried their support for a month: no answer, and the invoice was wrong twice."

View comment: https://www.linkedin.com/comm/feed/update/urn:li:activity:71/?midToken=SECRET&otpToken=SECRET

This email was intended for Alice (owner).
Unsubscribe: https://www.linkedin.com/comm/psettings/email-unsubscribe?x=1
"""

INSTAGRAM_COMMENT = """<html><body><p>bruno.essai a commenté votre publication : « La boîte était vide !! »</p>
<p><a href="https://www.instagram.com/p/Cx1/?utm_source=mail&amp;token=SECRET">Voir le commentaire</a></p>
</body></html>"""

TRIPADVISOR_REVIEW = """<html><body><p>Bonjour,</p><p>Vous avez reçu un nouvel avis sur Atelier Alba</p>
<p>Avis de Bruno_E</p><p><img alt="Note : 3 sur 5" src="https://www.tripadvisor.fr/3.png"></p>
<p>Visite correcte, guide pressé.</p>
<p><a href="https://www.tripadvisor.fr/ShowUserReviews-g1-d2-r3?m=SECRET">Lire l’avis complet</a></p></body></html>"""

PAGESJAUNES_REVIEW = """Bonjour,

Bruno E. a déposé un avis sur votre fiche Maison Alba.

Note : 2/5

Accueil froid et devis jamais envoyé.

Répondre à cet avis : https://www.pagesjaunes.fr/pros/123?token=SECRET
"""

SKEEPERS_REVIEW = """<html><body><p>Vous avez un nouvel avis client</p><p>Avis laissé par : Bruno E.</p>
<p>Note : 1/5</p><p>Produit arrivé cassé, aucun geste commercial.</p>
<p><a href="https://www.avis-verifies.com/avis-clients/maison-alba.example">Consulter l’avis</a></p></body></html>"""

CUSTPLACE_REVIEW = """Bonjour Alice,

Bruno E. vient de déposer un avis sur Maison Alba.

« Commande annulée sans prévenir, et toujours débité. »

Note : 1/5

Voir l'avis : https://fr.custplace.com/maison-alba/commande-annulee-123
"""

PLAY_REVIEW = """<html><body><p>Review by: Bruno E.</p><p>2 stars</p><p>Crashes at each payment since the update.</p>
<p><a href="https://play.google.com/console/reviews?reviewId=r1&amp;authuser=0">Reply to this review</a></p>
</body></html>"""

WORDPRESS_COMMENT = """Nouveau commentaire sur votre article « La nouvelle crème »
Auteur : Bruno Essai (adresse IP : 192.0.2.7, 192.0.2.7)
E-mail : bruno@example.org
URL :
Commentaire :
Elle m’a brûlé la peau.
Que faire ?

Vous pouvez voir tous les commentaires de cet article ici :
https://blog.maison-alba.example/2026/11/creme/#comments

Permalien : https://blog.maison-alba.example/2026/11/creme/#comment-5
Mettre à la corbeille : https://blog.maison-alba.example/wp-admin/comment.php?action=trash&c=5
"""
