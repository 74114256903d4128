using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace LabRunner.Workers;

/// <summary>The host of a worker: what is shown becomes a record of the operation, and questions fail.</summary>
internal sealed class WorkerHost(WorkerLoop loop) : PSHost
{
    private readonly WorkerHostUI _ui = new(loop);

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override string Name => "LabRunner";

    public override Version Version { get; } = typeof(WorkerHost).Assembly.GetName().Version ?? new Version(0, 0);

    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    public override PSHostUserInterface UI => _ui;

    public override void EnterNestedPrompt() => throw loop.Prompt("commands");

    public override void ExitNestedPrompt()
    {
    }

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }

    // The engine calls this when a script block has used exit.
    public override void SetShouldExit(int exitCode) => loop.BlockExited(exitCode);
}

/// <summary>The user interface of a worker.</summary>
internal sealed class WorkerHostUI(WorkerLoop loop) : PSHostUserInterface
{
    private readonly WorkerRawUI _raw = new(loop);
    private string _line = "";

    public override PSHostRawUserInterface RawUI => _raw;

    public override void Write(string value) => _line += value;

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);

    public override void WriteLine(string value)
    {
        var line = _line + value;
        _line = "";
        loop.Record(LabStream.Information, new InformationRecord(new HostInformationMessage { Message = line }, "Host"));
    }

    public override void WriteErrorLine(string value) => WriteLine(value);

    public override void WriteDebugLine(string message) => loop.Record(LabStream.Debug, new DebugRecord(message));

    public override void WriteVerboseLine(string message) => loop.Record(LabStream.Verbose, new VerboseRecord(message));

    public override void WriteWarningLine(string message) => loop.Record(LabStream.Warning, new WarningRecord(message));

    public override void WriteProgress(long sourceId, ProgressRecord record) => loop.Progress(sourceId, record);

    public override string ReadLine() => throw loop.Prompt("a line of input");

    public override SecureString ReadLineAsSecureString() => throw loop.Prompt("a secret");

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
        throw loop.Prompt(string.Join(", ", descriptions.Select(field => $"'{field.Name}'")));

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        throw loop.Prompt("a credential");

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        throw loop.Prompt("a credential");

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        throw loop.Prompt("a choice");
}

/// <summary>A screen of a fixed size, for scripts that ask how wide it is.</summary>
internal sealed class WorkerRawUI(WorkerLoop loop) : PSHostRawUserInterface
{
    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

    public override Size BufferSize { get; set; } = new(120, 50);

    public override Coordinates CursorPosition { get; set; }

    public override int CursorSize { get; set; } = 1;

    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;

    public override bool KeyAvailable => false;

    public override Size MaxPhysicalWindowSize => BufferSize;

    public override Size MaxWindowSize => BufferSize;

    public override Coordinates WindowPosition { get; set; }

    public override Size WindowSize { get; set; } = new(120, 50);

    public override string WindowTitle { get; set; } = "";

    public override void FlushInputBuffer()
    {
    }

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => new BufferCell[0, 0];

    public override KeyInfo ReadKey(ReadKeyOptions options) => throw loop.Prompt("a key");

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill)
    {
    }

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents)
    {
    }

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
    {
    }
}
