# A script block that runs where the caller is: with the caller's functions, aliases and mocks, in the caller's scope.
# A block that is written here belongs to this module; one that is made by a text of no session, run in the caller's, does not.
function New-CallerBlock {
    param([System.Management.Automation.PSCmdlet] $Caller, [string] $Text)

    $maker = [scriptblock]::Create("{ $Text }")
    $Caller.InvokeCommand.InvokeScript($Caller.SessionState, $maker)[0]
}

# The command that a name means to the caller; nothing when there is none.
function Find-CallerCommand {
    param([System.Management.Automation.PSCmdlet] $Caller, [string] $Name)

    & (New-CallerBlock $Caller 'param($Name) $ExecutionContext.InvokeCommand.GetCommand($Name, "All")') $Name
}
