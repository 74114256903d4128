using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;
using System.Management.Automation.Runspaces;
using System.Security;
using System.Text;

namespace Microsoft.PowerShell.Commands;

/// <summary>
/// Renders objects as text through the engine's own formatting: a runspace of its own with a host that keeps what
/// Out-Default shows, and with the format files of the session that asks.
/// </summary>
internal static class TextRendering
{
    /// <summary>The lines that Out-Default would show for these objects.</summary>
    public static string Render(IReadOnlyCollection<PSObject> inputs, int width)
    {
        var host = new CapturingHost(width);
        var state = InitialSessionState.CreateDefault2();
        foreach (var format in Runspace.DefaultRunspace?.InitialSessionState?.Formats ?? [])
        {
            state.Formats.Add((SessionStateFormatEntry)format.Clone());
        }

        using var runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.Name = "LabRunner.Host formatting";
        runspace.Open();
        using var shell = System.Management.Automation.PowerShell.Create(runspace);
        shell.AddCommand("Out-Default");
        shell.Invoke(inputs);
        return new StringDecorated(host.Text.ToString()).ToString(OutputRendering.PlainText);
    }

    private sealed class CapturingHost(int width) : PSHost
    {
        public StringBuilder Text { get; } = new();

        public override PSHostUserInterface UI => field ??= new CapturingInterface(Text, width);

        public override string Name => "LabRunner formatting";

        public override Version Version => new(1, 0);

        public override Guid InstanceId { get; } = Guid.NewGuid();

        public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

        public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

        public override void EnterNestedPrompt() => throw new PSNotSupportedException();

        public override void ExitNestedPrompt() => throw new PSNotSupportedException();

        public override void NotifyBeginApplication()
        {
        }

        public override void NotifyEndApplication()
        {
        }

        public override void SetShouldExit(int exitCode)
        {
        }
    }

    private sealed class CapturingInterface(StringBuilder text, int width) : PSHostUserInterface
    {
        public override PSHostRawUserInterface RawUI => field ??= new FixedScreen(width);

        public override void Write(string value) => text.Append(value);

        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => text.Append(value);

        public override void WriteLine(string value) => text.AppendLine(value);

        public override void WriteErrorLine(string value) => text.AppendLine(value);

        public override void WriteDebugLine(string message) => text.AppendLine(message);

        public override void WriteVerboseLine(string message) => text.AppendLine(message);

        public override void WriteWarningLine(string message) => text.AppendLine(message);

        public override void WriteProgress(long sourceId, ProgressRecord record)
        {
        }

        public override string ReadLine() => throw new PSNotSupportedException();

        public override SecureString ReadLineAsSecureString() => throw new PSNotSupportedException();

        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
            throw new PSNotSupportedException();

        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
            throw new PSNotSupportedException();

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
            throw new PSNotSupportedException();

        public override PSCredential PromptForCredential(
            string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
            throw new PSNotSupportedException();
    }

    private sealed class FixedScreen(int width) : PSHostRawUserInterface
    {
        public override Size BufferSize { get => new(width, 1000); set { } }

        public override Size WindowSize { get => BufferSize; set { } }

        public override Size MaxWindowSize => BufferSize;

        public override Size MaxPhysicalWindowSize => BufferSize;

        public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;

        public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

        public override Coordinates CursorPosition { get; set; }

        public override Coordinates WindowPosition { get; set; }

        public override int CursorSize { get; set; } = 25;

        public override string WindowTitle { get; set; } = string.Empty;

        public override bool KeyAvailable => false;

        public override void FlushInputBuffer()
        {
        }

        public override KeyInfo ReadKey(ReadKeyOptions options) => throw new PSNotSupportedException();

        public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw new PSNotSupportedException();

        public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw new PSNotSupportedException();

        public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw new PSNotSupportedException();

        public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) =>
            throw new PSNotSupportedException();
    }
}
