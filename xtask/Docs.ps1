# Writes the command reference: a page for each command of a module, from its help and its parameters, and a page that lists them by task.
param(
    # The staged module: which parameters a command has.
    [Parameter(Mandatory)] [string] $Module,
    # The folder of the pages; what else lies there is removed.
    [Parameter(Mandatory)] [string] $To
)

$ErrorActionPreference = 'Stop'
$sources = Join-Path -Path $PSScriptRoot -ChildPath '../powershell/module'
$site = 'https://github.com/wizzense/LabRunner/blob/main/docs/'
$common = [System.Management.Automation.Cmdlet]::CommonParameters + [System.Management.Automation.Cmdlet]::OptionalCommonParameters
# Help is plain text; what markdown would read as markup is escaped.
filter ConvertTo-Markdown { $_ -replace '([\\*<>`|])', '\$1' -replace '(?<!\w)(_\w+_)(?!\w)', '\$1' }

function Get-CommandHelp([string] $Name) {
    $errors = $null
    $file = (Resolve-Path -LiteralPath "$sources/Public/$Name.ps1").ProviderPath
    $script = [System.Management.Automation.Language.Parser]::ParseFile($file, [ref] $null, [ref] $errors)
    if ($errors) { throw "$file cannot be parsed: $($errors[0].Message)" }
    $function = $script.Find({ $args[0] -is [System.Management.Automation.Language.FunctionDefinitionAst] -and $args[0].Name -eq $Name }, $false)
    $function.GetHelpContent()
}

# One line for each parameter set, broken before parameters.
function Get-Syntax([System.Management.Automation.FunctionInfo] $Command) {
    foreach ($set in $Command.ParameterSets) {
        $line = $Command.Name
        foreach ($part in [regex]::Split($set.ToString(), ' (?=\[*-\w|\[<)')) {
            if ($line.Length + $part.Length -gt 110) {
                $line
                $line = '   '
            }
            $line += " $part"
        }
        $line
        ''
    }
}

function Get-ParameterText([System.Management.Automation.ParameterMetadata] $Parameter, [string] $Text) {
    "### -$($Parameter.Name)"
    ''
    ($Text | ConvertTo-Markdown).Trim()
    ''
    $facts = [System.Collections.Generic.List[string]]::new()
    $type = [Microsoft.PowerShell.ToStringCodeMethods]::Type($Parameter.ParameterType) -replace '^System\.Nullable\[(.*)\]$', '$1' -replace '^System\.'
    $facts.Add('Type: `{0}`' -f $type)
    $values = $Parameter.Attributes.Where{ $_ -is [ValidateSet] }.ValidValues
    if ($values) { $facts.Add('values: ' + ($values.ForEach{ '`{0}`' -f $_ } -join ', ')) }
    if ($Parameter.Aliases) { $facts.Add('aliases: ' + ($Parameter.Aliases.ForEach{ '`-{0}`' -f $_ } -join ', ')) }
    $uses = @($Parameter.Attributes.Where{ $_ -is [Parameter] })
    if ($uses.Where{ $_.Mandatory }) { $facts.Add($(if ($uses.Count -eq $uses.Where{ $_.Mandatory }.Count) { 'required' } else { 'required in one of the forms' })) }
    $position = @($uses.Position.Where{ $_ -ge 0 } | Sort-Object -Unique)
    if ($position.Count) { $facts.Add("position: $($position.ForEach{ $_ + 1 } -join ' or ')") }
    if ($uses.Where{ $_.ValueFromPipeline }) { $facts.Add('from the pipeline: yes') }
    elseif ($uses.Where{ $_.ValueFromPipelineByPropertyName }) { $facts.Add('from the pipeline: by property name') }
    if ($Parameter.Attributes.Where{ $_ -is [SupportsWildcards] }) { $facts.Add('wildcards: yes') }
    "$($facts -join '; ')."
    ''
}

function Get-Example([string[]] $Texts) {
    foreach ($text in $Texts) {
        # A remark follows after an empty line.
        $code, $remarks = ($text.ReplaceLineEndings("`n").Trim("`n") -split '\n[ \t]*\n', 2)
        '```powershell'
        $code.TrimEnd()
        '```'
        ''
        if ($remarks) {
            ($remarks | ConvertTo-Markdown).Trim()
            ''
        }
    }
}

function Get-Link([string] $Name, [string[]] $Links) {
    foreach ($link in $Links.Trim()) {
        if ($link -eq "${site}commands/$Name.md") { continue }
        $target = switch -Regex ($link) {
            '^about_' { "../../powershell/module/en-US/$link.help.txt" }
            '^https:' { $link.Replace($site, '../') }
            default { "$link.md" }
        }
        $label = $link.StartsWith($site) ? ($link -replace '^.*/').Replace('.md', '') : $link
        "* [$label]($target)"
    }
}

function Get-Page([System.Management.Automation.FunctionInfo] $Command) {
    $name = $Command.Name
    $help = Get-CommandHelp $name
    "<!-- Made by ./build.sh docs from powershell/module/Public/$name.ps1. -->"
    "# $name"
    ''
    ($help.Synopsis | ConvertTo-Markdown).Trim()
    ''
    '## Syntax'
    ''
    '```text'
    (@(Get-Syntax $Command) -join "`n").TrimEnd()
    '```'
    ''
    '## Description'
    ''
    ($help.Description | ConvertTo-Markdown).Trim()
    ''
    $parameters = @($Command.Parameters.Values.Where{ $_.Name -notin $common })
    if ($parameters) {
        '## Parameters'
        ''
        foreach ($parameter in $parameters) {
            $text = $help.Parameters[$parameter.Name.ToUpperInvariant()]
            if (-not $text) { throw "$name has no help for -$($parameter.Name)." }
            Get-ParameterText $parameter $text
        }
    }
    '## Examples'
    ''
    Get-Example $help.Examples
    if ($help.Inputs) {
        '## Input'
        ''
        ($help.Inputs -join "`n" | ConvertTo-Markdown).Trim()
        ''
    }
    '## Output'
    ''
    ($help.Outputs -join "`n" | ConvertTo-Markdown).Trim()
    ''
    if ($help.Notes) {
        '## Notes'
        ''
        ($help.Notes | ConvertTo-Markdown).Trim()
        ''
    }
    '## See also'
    ''
    Get-Link $name $help.Links
}

# The tasks, and the commands of each, as about_LabRunner lists them.
function Get-List {
    '<!-- Made by ./build.sh docs from about_LabRunner.help.txt and the help of the commands. -->'
    '# Commands'
    ''
    'By task. `Get-Help <command> -Full` shows the same in a console, and `Get-Help <command> -Online` opens its page.'
    $listed = $false
    foreach ($line in Get-Content -LiteralPath "$sources/en-US/about_LabRunner.help.txt") {
        if ($line -match '^COMMANDS') { $listed = $true; continue }
        if ($listed -and $line -match '^\S') { break }
        if (-not $listed) { continue }
        if ($line -match '^    (\S.*)$') {
            ''
            "## $($Matches[1])"
            ''
        } elseif ($line -match '^        (\w+-\w+)') {
            "* [$($Matches[1])]($($Matches[1]).md): $(((Get-CommandHelp $Matches[1]).Synopsis | ConvertTo-Markdown).Trim())"
        }
    }
}

function Write-Page([string] $File, [string[]] $Lines) {
    # A text of several lines is one item here. The same bytes on every system.
    $text = ($Lines -join "`n").ReplaceLineEndings("`n") -replace '(?m)[ \t]+$' -replace '\n{3,}', "`n`n"
    [System.IO.File]::WriteAllText((Join-Path -Path $To -ChildPath $File), $text.Trim() + "`n")
}

$null = New-Item -ItemType Directory -Path $To -Force
$To = (Resolve-Path -LiteralPath $To).ProviderPath
Import-Module -Name $Module
$commands = @((Get-Module -Name LabRunner).ExportedFunctions.Values | Sort-Object -Property Name)
Get-ChildItem -LiteralPath $To -Filter *.md | Where-Object { $_.BaseName -notin @($commands.Name) + 'README' } | Remove-Item
foreach ($command in $commands) { Write-Page "$($command.Name).md" @(Get-Page $command) }
Write-Page 'README.md' @(Get-List)
