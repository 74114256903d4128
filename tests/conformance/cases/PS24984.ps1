@{
    Id = 'PS24984'
    Link = 'https://github.com/PowerShell/PowerShell/issues/24984'
    Expects = 'An error of the work arrives as the record it is: with its id, category, file and line.'
    Test = {
        $block = { Get-Item -LiteralPath /no/such/item }
        $record = @(Invoke-Work $block 2>&1 | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })[0]
        if (-not $record) { Deny 'there is no error record' }
        Assert-Same $record.FullyQualifiedErrorId 'PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand' 'the id'
        Assert-Same $record.CategoryInfo.Category 'ObjectNotFound' 'the category'
        Assert-Same $record.InvocationInfo.ScriptName $block.File 'the file'
        Assert-Same $record.InvocationInfo.ScriptLineNumber $block.StartPosition.StartLine 'the line'
    }
}
