"""Function words and peculiar letters, by Snowball language: they tell languages apart, and nothing of a subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# English also holds what a need is always written with ("looking for somebody who ..."): it carries no subject.
_ENGLISH = """
a an the this that these those i me my mine myself we us our ours you your yours he him his himself she her hers
herself it its itself they them their theirs themselves who whom whose which what when where why how and or but nor so
if then than because as until while of at by for with about against between into through during before after above
below to from up down in out on off over under again further once here there all any both each few more most other
some such no not only own same too very s t can cannot could will would shall should may might must do does did doing
done don't doesn't didn't won't isn't aren't wasn't weren't hasn't haven't hadn't can't couldn't wouldn't am is are was
were be been being have has had having i'm i've i'd i'll he's she's it's they're we're you're that's there's let's
also just ever never still even yet already quite rather really maybe perhaps anyone anybody anything someone somebody
something everyone everybody everything nobody nothing none one ones onto upon toward towards within without along
across around among via per etc eg ie vs am pm like need needs needed want wants wanted look looks looking find finding
seek seeking please thanks thank know knows anywhere somewhere somehow get gets got getting go goes going gone went
come comes came make makes made much many lot lots thing things good best
"""
_GERMAN = """
der die das den dem des ein eine einen einem einer eines und oder aber denn weil dass daß wenn als wie wo was wer wen
wem ich du er sie es wir ihr mich dich sich uns euch mir dir ihm ihn ihnen mein meine meinen meiner dein deine sein
seine seinen seiner ihre ihren ihrer unser unsere nicht kein keine keinen keiner auch noch schon nur sehr mehr viel
viele zu zum zur im in an am auf aus bei beim mit nach von vom vor für über unter durch gegen ohne um bis seit ist sind
war waren bin bist sei hat habe haben hatte hatten wird werden wurde wurden worden kann können konnte muss müssen soll
sollen will wollen würde möchte darf dort hier da dann doch so man jemand jemanden jemandem etwas alle alles jeder jede
jedes dieser diese dieses diesen welche welcher ob mal ja nein gibt sucht suche braucht brauche der's ab etwa eher
"""
_SPANISH = """
el la los las un una unos unas lo al del de en y e o u pero que qué quien quién cual cuál como cómo cuando donde dónde
porque por para con sin sobre entre hasta desde hacia según yo tú él ella ello nosotros ellos ellas usted ustedes me te
se nos os le les mi mis tu tus su sus nuestro nuestra este esta esto estos estas ese esa eso esos esas aquel aquella no
ni sí ya muy más menos mucho mucha muchos muchas poco todo toda todos todas otro otra otros otras algo alguien nadie
nada algún alguna algunos ningún ninguna es son era eran fue fueron ser está están estar estaba ha han había haber hay
tiene tienen tener puede pueden poder hace hacer necesita busca buscando quiere también solo sólo así cada
"""
_FRENCH = """
le la les un une des du de d l au aux en et ou mais donc car ni que qu qui quoi dont où quand comme comment pourquoi je
tu il elle on nous vous ils elles me te se moi toi lui leur leurs mon ma mes ton ta tes son sa ses notre nos votre vos
ce cet cette ces ça cela ceci ne pas plus moins très trop peu beaucoup tout toute tous toutes autre autres même aussi
encore déjà pour par avec sans sur sous dans entre vers chez depuis jusque contre est sont était étaient être suis été
a ai as ont avait avoir avons avez peut peuvent pouvoir fait faire quelqu'un quelque quelques chose rien personne aucun
aucune chaque si oui non cherche cherchent besoin veut y c'est j'ai n'est qu'il qu'elle d'un d'une s'il
"""
_PORTUGUESE = """
o a os as um uma uns umas de do da dos das em no na nos nas ao aos à às por pelo pela pelos pelas para com sem sobre
entre até desde e ou mas que quem qual quando onde como porque eu tu ele ela nós vocês eles elas me te se lhe nos meu
minha seu sua seus suas nosso nossa este esta isto esse essa isso aquele aquela não nem sim já muito muita muitos mais
menos pouco todo toda todos todas outro outra outros algo alguém ninguém nada algum alguma nenhum é são era foi foram
ser está estão estar estava tem têm ter tinha há haver pode podem poder faz fazer precisa procura quer também só ainda
cada você
"""
_SWEDISH = """
en ett den det de och eller men att som om när var vad vem vilka hur varför jag du han hon vi ni dem mig dig sig oss er
honom henne min mitt mina din ditt sin sitt sina vår vårt våra deras inte ingen inget inga också även redan bara mycket
mer många lite på i av till från med för över under genom mot utan vid efter innan sedan mellan hos är var varit vara
blir blev har hade ha kan kunde ska skulle vill ville måste får någon något några all alla allt annan andra denna detta
dessa så här där då nu ja nej söker behöver
"""
_ITALIAN = """
il lo la i gli le un uno una di del dello della dei degli delle a al allo alla ai agli alle da dal dalla dai dalle in
nel nella nei nelle su sul sulla con per tra fra e ed o ma che chi cui quale quando dove come perché io tu lui lei noi
voi loro mi ti si ci vi me te mio mia suo sua suoi nostro nostra questo questa questi queste quello quella non né sì già
molto molta molti più meno poco tutto tutta tutti tutte altro altra altri qualcosa qualcuno nessuno niente è sono era
erano essere stato ha hanno ho aveva avere può possono potere fa fare cerca bisogno vuole anche solo ancora ogni
"""
_DUTCH = """
de het een van in op aan met voor naar uit bij over onder door tegen zonder om tot sinds en of maar want dat die dit
deze wie wat waar wanneer hoe waarom ik jij je hij zij ze wij we jullie u mij me jou hem haar ons hen hun mijn jouw zijn
onze niet geen ook nog al alleen zeer heel meer veel minder te als dan is was waren ben bent heeft hebben had hadden
wordt worden werd kan kunnen kon moet moeten zal zou zullen wil willen iemand iets niemand niets alle alles ander andere
er hier daar toen nu ja nee zoekt nodig
"""
_DANISH = """
og i jeg det at en den til er som på de med han af for ikke der var mig sig men et har om vi min havde ham hun nu over
da fra du ud sin dem os op man hans hvor eller hvad skal selv her alle vil blev kunne ind når være dog noget ville jo
deres efter ned skulle denne end dette mit også under have dig anden hende mine alt meget sit sine vor mod disse hvis
din nogle hos blive mange ad bliver hendes været sådan søger nogen
"""
_NORWEGIAN = """
og i jeg det at en et den til er som på de med han av ikke der så var meg seg men ett har om vi min mitt ha hadde hun nå
over da ved fra du ut sin dem oss opp man kan hans hvor eller hva skal selv her alle vil bli ble blitt kunne inn når
være kom noen noe ville dere deres kun ja etter ned skulle denne for deg si sine sitt mot å meget hvorfor dette disse
uten hvordan ingen din ditt blir samme hvilken sånn søker trenger
"""
_FINNISH = """
ja on ei se hän että joka mutta kun niin kuin tai myös ovat oli olla ole olen mitä mikä kuka missä minä sinä me te he
tämä tuo nämä ne minun sinun hänen meidän heidän jo vain vielä joku jotain kaikki ilman kanssa sekä eli jos koska siis
etsii tarvitsee haluaa voi
"""

STOP_WORDS: Mapping[str, frozenset[str]] = {
    "english": frozenset(_ENGLISH.split()),
    "german": frozenset(_GERMAN.split()),
    "spanish": frozenset(_SPANISH.split()),
    "french": frozenset(_FRENCH.split()),
    "portuguese": frozenset(_PORTUGUESE.split()),
    "swedish": frozenset(_SWEDISH.split()),
    "italian": frozenset(_ITALIAN.split()),
    "dutch": frozenset(_DUTCH.split()),
    "danish": frozenset(_DANISH.split()),
    "norwegian": frozenset(_NORWEGIAN.split()),
    "finnish": frozenset(_FINNISH.split()),
}

_ENGLISH_TOO = """
ad alle all as bin car con dem den der die do dog du elle era et for fra ha hans hat he hem her hos hun in is les lo man
me men met mi min mine mot nog nu over para per plus por pour sans se sei ser sig sin so solo son sur te tes ton tot
tu tutti under van vi war was we wie zij
"""

ENGLISH_TOO = frozenset(_ENGLISH_TOO.split())
"""Of these, words that English has too, for something else or for things and names."""

LETTERS: Mapping[str, str] = {
    "german": "ß",
    "spanish": "ñ¿¡",
    "portuguese": "ãõ",
    "french": "œùûêëî",
    "danish": "æø",
    "norwegian": "æø",
}
"""Letters that hardly any other of these languages has."""
