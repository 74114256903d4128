# Write-CustomLog and the progress commands are here for sessions that have none. Where the Logging module, ProgressTracking
# or another module had a command of that name before this import, the module's own goes, and every call reaches theirs.
# (-is with a type is the one question that costs an import no dynamic binding.)
if ($covered -is [array]) {
    # For the lines of the module itself, should the other logger go away.
    $ownLog = ${function:Write-CustomLog}
    Remove-Item -LiteralPath $covered -WhatIf:$false -Confirm:$false
}
