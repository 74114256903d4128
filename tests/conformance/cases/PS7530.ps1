@{
    Id = 'PS7530'
    Link = 'https://github.com/PowerShell/PowerShell/issues/7530'
    Expects = 'A block keeps its file and line in another runspace, so that it can be debugged.'
    Test = {
        $block = { $frame = @(Get-PSCallStack)[0]; "$($frame.ScriptName):$($frame.ScriptLineNumber)" }
        Assert-Same (Invoke-Work $block) "$($block.File):$($block.StartPosition.StartLine)" 'the top of the call stack'
    }
}
