using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace LabRunner.Workers;

/// <summary>LabRunner's own commands in a worker: light functions that import the module at first use.</summary>
/// <remarks>Importing it into every worker would cost more than most operations; most of them need none of it.</remarks>
internal sealed class WorkerCommands
{
    internal static readonly WorkerCommands None = new("", "", []);

    private static readonly object Gate = new();
    private static WorkerCommands _last = None;

    private WorkerCommands(string manifest, string loggingModule, IReadOnlyList<SessionStateFunctionEntry> entries)
    {
        Fingerprint = manifest + "|" + loggingModule + "|" + entries.Count;
        Entries = entries;
    }

    /// <summary>What makes two workers alike in this respect.</summary>
    internal string Fingerprint { get; }

    /// <summary>The functions to put into a worker's session state.</summary>
    internal IReadOnlyList<SessionStateFunctionEntry> Entries { get; }

    /// <summary>The commands of the module that the caller's command belongs to.</summary>
    internal static WorkerCommands Of(PSCmdlet caller)
    {
        var module = ModuleOf(caller);
        if (module is null || module.ExportedFunctions.Count == 0)
        {
            return None;
        }

        var manifest = Path.Combine(module.ModuleBase, module.Name + ".psd1");
        if (!File.Exists(manifest))
        {
            manifest = module.Path;
        }

        var logging = LoggingModule(caller);
        lock (Gate)
        {
            if (_last.Fingerprint != manifest + "|" + logging + "|" + _last.Entries.Count || _last.Entries.Count < module.ExportedFunctions.Count)
            {
                _last = new WorkerCommands(manifest, logging, Build(module, manifest, logging));
            }

            return _last;
        }
    }

    private static PSModuleInfo? ModuleOf(PSCmdlet caller)
    {
        var module = (caller.MyInvocation.MyCommand as CommandInfo)?.Module;
        return module is { Name: "LabRunner" } ? module : null;
    }

    // A Write-CustomLog that the caller has from a module of its own is the one its operations mean.
    private static string LoggingModule(PSCmdlet caller)
    {
        if (!caller.SessionState.InvokeProvider.Item.Exists("function:Write-CustomLog"))
        {
            return "";
        }

        var command = caller.SessionState.InvokeCommand.GetCommand("Write-CustomLog", CommandTypes.Function);
        return command?.Module is { } module && module.Name != "LabRunner" ? module.Path : "";
    }

    private static List<SessionStateFunctionEntry> Build(PSModuleInfo module, string manifest, string logging)
    {
        var entries = new List<SessionStateFunctionEntry>();
        foreach (var name in module.ExportedFunctions.Keys)
        {
            entries.Add(new SessionStateFunctionEntry(name, Stub(manifest, $"& '{Quoted(module.Name)}\\{Quoted(name)}'")));
        }

        if (logging.Length > 0)
        {
            entries.Add(new SessionStateFunctionEntry("Write-CustomLog", LoggerOf(logging)));
        }

        return entries;
    }

    /// <summary>What a function's text begins with that only stands for a command of the module, until the module is there.</summary>
    internal const string StubMark = "# LabRunner.stub";

    private const string ImportQuietly = "-Global -PassThru -DisableNameChecking -Verbose:$false -Debug:$false";

    private static string Stub(string manifest, string call) => $"""
        {StubMark}
        $m = Import-Module -Name '{Quoted(manifest)}' {ImportQuietly}
        {Forward(call)}
        """;

    private static string LoggerOf(string module) => $"""
        Remove-Item -LiteralPath function:Write-CustomLog -WhatIf:$false -Confirm:$false
        $m = Import-Module -Name '{Quoted(module)}' {ImportQuietly}
        {Forward("Write-CustomLog")}
        """;

    private static string Forward(string call) =>
        $"if ($MyInvocation.ExpectingInput) {{ $input | {call} @args }} else {{ {call} @args }}";

    private static string Quoted(string text) => text.Replace("'", "''", StringComparison.Ordinal);
}
