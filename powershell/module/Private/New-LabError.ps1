# An error record in the module's style: an id to match on, a sentence that names the culprit, and what to do about it.
# Made of what PowerShell has, so that refusing a call loads nothing.
function New-LabError {
    param(
        [string] $Id,
        [string] $Message,
        [string] $Advice,
        [object] $Target,
        [string] $Category = 'InvalidArgument',
        [System.Exception] $Inner,
        [version] $Engine = $PSVersionTable.PSVersion
    )

    # PowerShell shows the advice below the message from 7.5 on; before, it is part of the message.
    $text = $Message.TrimEnd()
    if (-not ($text.EndsWith('.') -or $text.EndsWith('!') -or $text.EndsWith('?'))) { $text += '.' }
    $record = [System.Management.Automation.ErrorRecord]::new([System.InvalidOperationException]::new($text, $Inner), "LabRunner.$Id", $Category, $Target)
    if ($Advice) {
        $record.ErrorDetails = [System.Management.Automation.ErrorDetails]::new($(if ($Engine -ge [version] '7.5') { $text } else { "$text $Advice" }))
        $record.ErrorDetails.RecommendedAction = $Advice
    }
    $record
}
