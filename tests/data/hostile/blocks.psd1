# Script blocks are text until a run.
@{
    Name = 'blocks'
    Operations = @(
        @{ Name = 'a'; ScriptBlock = { Set-Content -LiteralPath $env:LAB_MARK -Value block } }
        @{ Name = 'b'; ScriptBlock = { 'b' }; Test = { Set-Content -LiteralPath $env:LAB_MARK -Value test }; Rollback = { Set-Content -LiteralPath $env:LAB_MARK -Value rollback } }
    )
}
