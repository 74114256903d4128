# A number with its noun, in the singular for one: 1 operation, 2 operations.
function Format-Count {
    param([int] $Number, [string] $Noun)

    if ($Number -eq 1) { "$Number $Noun" } else { "$Number ${Noun}s" }
}
