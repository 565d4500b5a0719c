replay-drawing = Drawing event #{ NUMBER($number, useGrouping: 0) } again; a model that has to be loaded first takes its time.
replay-candidate = Candidate of event #{ NUMBER($number, useGrouping: 0) }
replay-record = { $trust ->
    [store] Record: this operator's own log. That its words were opened is event #{ NUMBER($look, useGrouping: 0) }; the member can see it.
    [verified] Record: a bundle that verifies against the key you gave.
   *[self-consistent] Record: a bundle that agrees with itself. Who made it is not known: no key was given (--vkey).
}
replay-differences = What is otherwise now than it was then:
replay-no-differences = Everything the record names is now as it was then: model, weights, settings, libraries, machine.
replay-absent = not on record
replay-of-words = another reading of the words
replay-bit-equal = BIT-EQUAL: drawn again from the record, every pixel is the recorded one.
replay-different = DIFFERENT: drawn again from the record, the pixels are not those recorded.
replay-likeness = { $nearness ->
    [same] To the eye it is the same picture: nobody could tell them apart side by side.
    [near] It is the same picture with small differences, which one finds by looking for them.
   *[apart] The differences are plain to see; it may be another picture altogether.
}
    structure (SSIM)      { $structure } of 1
    colour (Oklab, mean)  { $colour }; from 0.02 on a difference can just be seen
    visibly different     { $visible } % of the pixels
    different at all      { $changed } % of the pixels, by { $largest } of 255 at most
replay-no-likeness = How far apart they are cannot be said: the recorded picture is not here, or has another size.
replay-limits = Bit-equal shows that this model, asked as recorded, draws this picture. Different alone shows nothing against the record: other hardware or libraries suffice.
