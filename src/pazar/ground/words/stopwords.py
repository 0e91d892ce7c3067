"""Words that stand in every text and tell nothing about it.

Short on purpose: words of trade that are common in notices ("доставка", "services") are no stop words,
since a supplier may look for exactly them.
"""

_BULGARIAN = """
а аз ако без беше би бил била били било бъдат бъде бяха в вас ваш ваша ваше ваши вече ви всеки всички всичко
всяка всяко във върху г ги го да дали до докато дори др е един една едни едно ето за зад заедно защо защото
и из или им има имат иначе й как каква какво както какъв като кога когато кое които кой който колко която
където към ли ме между мен ми мой моя му на над най нас наш наша наше наши не него нея ни ние нито но някои
някой няма о обаче около освен от отново относно още пак по под после почти пред преди през при с са сам
само се си след сме според спрямо сте съм със също т тази така такава такива такъв там те тези ти то това
тогава този той тъй тя тях у че често чрез ще щом я ѝ
"""

_ENGLISH = """
a about above after again all also am an and any are as at be because been before being below between both
but by can did do does doing during each either etc few for from further had has have having he her here
hers him his how i if in into is it its itself me more most my no nor not of off on once only or other our
ours out over own per s same she should so some such t than that the their theirs them then there these they
this those through to too under until up upon via was we were what when where which while who whom why will
with within without would you your yours
"""

STOP_WORDS = frozenset((_BULGARIAN + _ENGLISH).split())
