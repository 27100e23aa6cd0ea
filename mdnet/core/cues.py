"""Signs in a passage that it tells of help that is gone, refused, or wanted by somebody else.

Only how a thing is said, not what: a reader skips "sold last week", "they don't take interns" and "still looking for
one" whatever the subject. The words are few and plain on purpose; a model, where there is one, sees more.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mdnet.core.languages import MOST_READ
from mdnet.core.values import dataclass

_GONE = (
    r"\b(?:sold (?:it|out|them|last|the|in|to|her|his|my|our|their|that|this)|"
    r"closed (?:down|for good|her|his|my|our|their|its)|"
    r"(?:has|have|had|was|were|is|are|been|got|just|already|all|since) (?:\w+ )?"
    r"(?:sold|closed|gone|taken|retired|filled|full|booked|cancell?ed|discontinued|shut|moved away)|"
    r"no longer|not any ?more|used to|until last|last (?:year|spring|summer|autumn|fall|winter|decade)|"
    r"back in (?:19|20)\d\d|years ago|found (?:one|someone|somebody|it) already|"
    r"already (?:found|has|have|got|hired|let|rented|given|promised|sold|taken|filled)|"
    r"too late|passed away|died|folded|went (?:bust|under) (?:in|last)|"
    r"(?:hat|haben|hatte|wurde|ist|schon) (?:\w+ ){0,4}verkauft|nicht mehr|vergeben|geschlossen|"
    r"letztes jahr|früher|damals|schon weg|"
    r"ya no|vendi[dó]\w*|cerr(?:ó|ado|aron)|el año pasado|antes (?:era|había|hacía)|"
    r"ne \w+ plus|n'\w+ plus|vendue?s?|fermée?|l'an(?:née)? dernière?|"
    r"já não|vendid[oa]s?|fechou|no ano passado|såld[ae]?|stängd[ae]?|inte längre|förra året|"
    r"non \w+ più|vendut[oaie]|chius[oaie]|l'anno scorso|verkocht|niet meer|gesloten|vorig jaar)\b"
)
_REFUSED = (
    r"\b(?:(?:do|does|did|is|are|was|were|wo|would|ca|could|should)(?:n't|n’t| not)|cannot|"
    r"never|nobody|no one|none of|refus\w+|declined?|turned (?:\w+ )?down|said no|"
    r"not (?:taking|interested|available|open|for|allowed|accepting)|nothing (?:free|available|left)|"
    r"no (?:more|room|space|interest|chance|takers|slots?)|"
    r"keine?[nrm]?|nicht|lehnt|abgelehnt|absage|kein interesse|"
    r"no (?:quiere|acepta|hay|tiene|puede|admite)\w*|nadie|rechaz\w+|"
    r"ne (?:veut|prend|peut|fait|font|prennent|veulent)|aucune?|"
    r"não|recus\w+|inte|ingen|inga|nej till|non (?:vuole|prende|può|fa|fanno)|nessuno|rifiut\w+|geen|niet)\b"
)
_WANTED = (
    r"\b(?:still (?:no|not|without|looking|needs?|wants?|hunting|searching|waiting|nobody|nothing|hasn|haven|has no)|"
    r"(?:is|are|was|also|too|keeps?|been|she's|he's|they're) (?:\w+ )?"
    r"(?:looking|hunting|searching|asking|begging|desperate|after)|"
    r"looking for|in need of|needs? (?:a|an|some|someone|somebody|to find)|wants? (?:a|an|some|someone|to find)|"
    r"anyone know|asked (?:me )?(?:again )?(?:if|whether|for)|wishes|would love (?:a|an|some)|no luck|"
    r"such(?:t|en) (?:noch|immer|auch|eine?n?)|immer noch|braucht|"
    r"(?:sigue|siguen|anda|también) (?:\w+ )?busca\w*|busca\w*|todavía (?:no|sin)|sin suerte|"
    r"cherche(?:nt)?|toujours (?:pas|aucun|rien)|encore (?:rien|personne)|"
    r"procura\w*|ainda (?:não|sem)|precisa de|söker|letar efter|fortfarande|"
    r"cerca(?:no)? (?:ancora|sempre)|ancora (?:niente|nessun)|zoekt|zoeken|nog (?:steeds|altijd))\b"
)


@dataclass(frozen=True, slots=True)
class Cues:
    """How a passage speaks: `gone` (past, sold, full), `refused` (negated), `wanted` (sought, not offered)."""

    gone: bool = False
    refused: bool = False
    wanted: bool = False

    def __or__(self, other: Cues) -> Cues:
        return Cues(self.gone or other.gone, self.refused or other.refused, self.wanted or other.wanted)


NO_CUES = Cues()
LONG = 45
"""Words; in a longer text some sentence nearly always says `not` or `was sold`, and it tells nothing of the rest."""


@lru_cache(maxsize=4096)
def cues(text: str) -> Cues:
    """The cues in `text`; none in a long one."""
    text = text[:MOST_READ]
    if len(text.split()) > LONG:
        return NO_CUES
    return Cues(*(bool(pattern.search(text)) for pattern in _patterns()))


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Compiled when the first text is looked at: that takes longer than most commands."""
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in (_GONE, _REFUSED, _WANTED))
