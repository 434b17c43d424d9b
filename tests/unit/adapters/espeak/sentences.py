"""One sentence in each language of XTTS, by somebody who could have said it."""

# ruff: noqa: E501 - a sentence stays on its line, in its own letters

SENTENCES = {
    "en": "The old lighthouse keeper walked slowly down to the harbour, where three small boats were waiting for the morning tide.",
    "es": "El viejo guardián del faro bajó despacio hasta el puerto, donde tres barcas pequeñas esperaban la marea de la mañana.",
    "fr": "Le vieux gardien du phare descendit lentement vers le port, où trois petits bateaux attendaient la marée du matin.",
    "de": "Der alte Leuchtturmwärter ging langsam zum Hafen hinunter, wo drei kleine Boote auf die Morgenflut warteten.",
    "it": "Il vecchio guardiano del faro scese lentamente al porto, dove tre piccole barche aspettavano la marea del mattino.",
    "pt": "O velho faroleiro desceu devagar até o porto, onde três pequenos barcos esperavam a maré da manhã.",
    "pl": "Stary latarnik powoli zszedł do portu, gdzie trzy małe łodzie czekały na poranny przypływ.",
    "tr": "Yaşlı deniz feneri bekçisi yavaşça limana indi, orada üç küçük tekne sabah gelgitini bekliyordu.",
    "ru": "Старый смотритель маяка медленно спустился в гавань, где три маленькие лодки ждали утреннего прилива.",
    "nl": "De oude vuurtorenwachter liep langzaam naar de haven, waar drie kleine boten op het ochtendtij wachtten.",
    "cs": "Starý strážce majáku pomalu sešel do přístavu, kde tři malé lodě čekaly na ranní příliv.",
    "ar": "نزل حارس المنارة العجوز ببطء إلى الميناء، حيث كانت ثلاثة قوارب صغيرة تنتظر مد الصباح.",
    "zh-cn": "年老的灯塔看守人慢慢地走到港口，那里有三条小船在等待早晨的潮水。",
    "hu": "Az öreg világítótorony őr lassan lesétált a kikötőbe, ahol három kis hajó várta a reggeli dagályt.",
    "ko": "늙은 등대지기는 천천히 항구로 내려갔고, 그곳에서는 작은 배 세 척이 아침 밀물을 기다리고 있었다.",
    "ja": "としおいた とうだいもりは ゆっくりと みなとへ おりていき、そこでは さんせきの ちいさなふねが あさのしおを まっていた。",
    "hi": "बूढ़ा प्रकाशस्तंभ रक्षक धीरे-धीरे बंदरगाह की ओर गया, जहाँ तीन छोटी नावें सुबह के ज्वार का इंतज़ार कर रही थीं।",
}
