# Script of the session that reaches an operation otherwise than as its block: a function, a member, a class. It would run in the session,
# one thing at a time, and its output would get lost; so it is refused, or warned of where it works in part.

Describe 'A value that brings script of the session into an operation' {
    BeforeAll {
        $ErrorActionPreference = 'Continue'
        $block = { 1 }
        $type = [scriptblock]::Create('class Said2 { static [object] Say($x) { return $x } }; [Said2]').Invoke()[0]
        $data = [scriptblock]::Create('class Data2 { [int] $X = 1 }; [Data2]').Invoke()[0]
        $free = [scriptblock]::Create('[NoRunspaceAffinity()] class Free2 { [object] $Inner; static [object] Say($x) { return $x } }; [Free2]').Invoke()[0]
        $colour = [scriptblock]::Create('enum Colour2 { Red }; [Colour2]').Invoke()[0]
        function Get-Answer { 42 }
        Set-Alias -Name answer -Value Get-Answer
        $function = Get-Command Get-Answer
        $alias = Get-Command answer
        $module = New-Module -Name Behind { function Get-Behind { 1 } }
        $withMethod = [pscustomobject]@{ X = 21 } | Add-Member -MemberType ScriptMethod -Name Twice -Value { 2 * $this.X } -PassThru
        $withProperty = [pscustomobject]@{ X = 21 } | Add-Member -MemberType ScriptProperty -Name Twice -Value { 2 * $this.X } -PassThru
        $table = @{ X = 21 } | Add-Member -MemberType ScriptMethod -Name Twice -Value { 2 * $this.X } -PassThru
        $file = Get-Item -LiteralPath $PSCommandPath
        $marked = Get-Item -LiteralPath $PSCommandPath | Add-Member -MemberType ScriptProperty -Name Short -Value { $this.Name[0] } -PassThru
        $delegate = [System.Func[int]] { 1 }
        $freed = $free::new()
        $freed.Inner = @{ Deep = $block }
        $queue = [System.Collections.Generic.Queue[object]]::new()
        $queue.Enqueue($block)
        $set = [System.Collections.Generic.HashSet[object]]::new([object[]] @('a', $function))
        $round = @{ Name = 'round' }
        $round.Self = $round
        $many = 1..5000 | ForEach-Object { @{ X = $_ } }
        $numbers = 1..1000
        $list = [System.Collections.Generic.List[object]] @(1, 'two', $file, (Get-Date), $colour::Red, $colour, [int], (Get-Command Get-Item))
        function Get-Faults([object] $Value, [string] $Way) {
            $operation = switch ($Way) {
                'Parameters' { @{ Name = 'a'; ScriptBlock = { param($Value) }; Parameters = @{ Value = $Value } } }
                'using' { @{ Name = 'a'; ScriptBlock = { $using:Value } } }
                'variable' { @{ Name = 'a'; ScriptBlock = { } } }
            }
            $with = if ($Way -eq 'variable') { @{ Variables = @{ Value = $Value } } } else { @{ DryRun = $true } }
            try { $null = Invoke-ParallelLabRunner $operation @with -WarningVariable warned -WarningAction SilentlyContinue } catch { return "$_" }
            "$warned"
        }
    }

    It 'is refused, with the way to do it: <What>' -ForEach @(
        @{ What = 'a script block'; Value = { $block }; Says = '*a script block*' }
        @{ What = 'a function'; Value = { $function }; Says = "*the function 'Get-Answer'*"; Advice = '*-Functions Get-Answer*' }
        @{ What = 'an alias'; Value = { $alias }; Says = "*the alias 'answer'*"; Advice = "*'Get-Answer'*" }
        @{ What = 'a module'; Value = { $module }; Says = "*the module 'Behind'*"; Advice = '*-Modules Behind*' }
        @{ What = 'a class'; Value = { $type }; Says = "*the PowerShell class 'Said2'*"; Advice = '*-InitializationScript*' }
        @{ What = 'an instance of a class with methods'; Value = { $type::new() }; Says = "*an instance of the PowerShell class 'Said2'*"; Advice = '*NoRunspaceAffinity()*' }
        @{ What = 'a script method'; Value = { $withMethod }; Says = '*an object with a script method*.Twice*' }
        @{ What = 'a script property'; Value = { $withProperty }; Says = '*an object with a script property*.Twice*'; Advice = '*Select-Object -Property*' }
        @{ What = 'a method added to a hashtable'; Value = { $table }; Says = '*an object with a script method*.Twice*' }
        @{ What = 'a property added to a file'; Value = { $marked }; Says = '*an object with a script property*.Short*' }
        @{ What = 'a delegate made of a block'; Value = { $delegate }; Says = '*a delegate that was made of a script block*' }
    ) {
        $value = & $Value
        foreach ($way in 'Parameters', 'using', 'variable') {
            Get-Faults $value $way | Should -BeLike $Says -Because $way
        }
        $fault = { Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { param($V) }; Parameters = @{ V = $value } } } | Should -Throw -ErrorId 'LabRunner.ScriptBlockInArgument*' -PassThru
        if ($Advice) { $fault.ErrorDetails.RecommendedAction | Should -BeLike $Advice }
    }

    It 'is found wherever it is: <Where>' -ForEach @(
        @{ Where = 'in a list in a dictionary'; Value = { @{ Deep = 1, $function } }; Path = '.Deep[[]1]' }
        @{ Where = 'in an object'; Value = { [pscustomobject]@{ A = 1; B = [pscustomobject]@{ C = $type } } }; Path = '.B.C' }
        @{ Where = 'in a note beside a file'; Value = { Get-Item $PSScriptRoot | Add-Member -NotePropertyName Do -NotePropertyValue $block -PassThru }; Path = '.Do' }
        @{ Where = 'in an instance of a free class'; Value = { $freed }; Path = '.Inner.Deep' }
        @{ Where = 'in a queue'; Value = { , $queue }; Path = '[[]0]' }
        @{ Where = 'in a set'; Value = { , $set }; Path = '[[]1]' }
        @{ Where = 'behind many others'; Value = { , (@($many) + $withMethod) }; Path = '[[]5000].Twice' }
    ) {
        Get-Faults (& $Value) 'Parameters' | Should -BeLike "*in Parameters.Value$($Path): *"
    }

    It 'is none of these: <_>' -ForEach '$file', '$numbers', ', $list', '$round', '$freed.Inner = 1; $freed', '$colour::Red', '@{ Gate = [System.Threading.ManualResetEventSlim]::new() }', 'Get-Process -Id $PID', 'Get-Date', '[int]', 'Get-Command Get-Item', ', $many',
    '[System.Func[string, int]] [int]::Parse', '[pscustomobject]@{ A = 1 } | Add-Member -MemberType AliasProperty -Name B -Value A -PassThru', 'ConvertFrom-Json ''{"a": [1, {"b": 2}]}''', '[System.Management.Automation.ErrorRecord]::new([System.Exception]::new("x"), "id", 0, 1)' {
        Get-Faults (& ([scriptblock]::Create($_))) 'Parameters' | Should -BeNullOrEmpty
    }

    It 'is a warning where it is an instance of a class without methods, at any depth' {
        $instance = @{ Deep = @(1, $data::new()) }
        Get-Faults $instance 'Parameters' | Should -BeLike '*an instance of a PowerShell class in Parameters.Value.Deep[[]1]: *'
        Get-Faults $instance 'variable' | Should -BeLike '*an instance of a PowerShell class in it.Deep[[]1]: *'
    }

    It 'is said once for an operation with a rollback' {
        $fault = { Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { param($V) }; Rollback = { param($V) }; Parameters = @{ V = $function } } } | Should -Throw -PassThru
        "$fault" | Should -Not -BeLike '*faults*'
    }

    It 'loses no output of operations that were let run' {
        # What is free of a session says what it was given, whatever runs beside it.
        $results = Invoke-ParallelLabRunner -MaxParallelism 4 -Operations (1..40 | ForEach-Object { @{ Name = "o$_"; Parameters = @{ N = $_ }; ScriptBlock = { param($N) Start-Sleep -Milliseconds 2; ($using:free)::Say($N) } } })
        foreach ($result in $results) { "$($result.Output)" | Should -Be $result.Name.Substring(1) }
    }
}
