using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;
using System.Security;

namespace LabRunner.Host;

/// <summary>The console as the engine sees it: text, colours, one line of progress, prompts.</summary>
internal sealed class ConsoleInterface(bool nonInteractive) : PSHostUserInterface
{
    private readonly Lock _gate = new();
    private readonly ProgressLine _progress = new();

    /// <summary>Where text goes: the output, or the errors while an error that ended a script is shown.</summary>
    private TextWriter Out => ShowsError ? Console.Error : Console.Out;

    /// <summary>Whether what is written now tells of an error that ended a script.</summary>
    public bool ShowsError { get; set; }

    /// <inheritdoc/>
    public override PSHostRawUserInterface RawUI { get; } = new ConsoleScreen();

    /// <inheritdoc/>
    public override bool SupportsVirtualTerminal { get; } =
        !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && (!OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable("WT_SESSION") is not null);

    /// <inheritdoc/>
    public override void Write(string value) => Show(Out, value);

    /// <inheritdoc/>
    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        Show(Out, value, foregroundColor, backgroundColor);

    /// <inheritdoc/>
    public override void WriteLine() => Show(Out, Environment.NewLine);

    /// <inheritdoc/>
    public override void WriteLine(string value) => Show(Out, value + Environment.NewLine);

    /// <inheritdoc/>
    public override void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value)
    {
        Show(Out, value, foregroundColor, backgroundColor);
        Show(Out, Environment.NewLine);
    }

    /// <inheritdoc/>
    public override void WriteErrorLine(string value) => Show(Console.Error, value + Environment.NewLine, ConsoleColor.Red);

    /// <inheritdoc/>
    public override void WriteWarningLine(string message) => WriteMarked("WARNING: ", message, ConsoleColor.Yellow);

    /// <inheritdoc/>
    public override void WriteVerboseLine(string message) => WriteMarked("VERBOSE: ", message, ConsoleColor.Yellow);

    /// <inheritdoc/>
    public override void WriteDebugLine(string message) => WriteMarked("DEBUG: ", message, ConsoleColor.Yellow);

    /// <inheritdoc/>
    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        lock (_gate)
        {
            _progress.Show(sourceId, record);
        }
    }

    /// <inheritdoc/>
    public override string ReadLine()
    {
        DemandUser("Read-Host");
        return Console.ReadLine() ?? throw new HostException("The input has ended; there is nobody to answer a prompt.");
    }

    /// <inheritdoc/>
    public override SecureString ReadLineAsSecureString()
    {
        DemandUser("Read-Host");
        var secret = new SecureString();
        if (Console.IsInputRedirected)
        {
            foreach (var letter in ReadLine())
            {
                secret.AppendChar(letter);
            }

            return secret;
        }

        for (var key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key != ConsoleKey.Backspace)
            {
                secret.AppendChar(key.KeyChar);
            }
            else if (secret.Length > 0)
            {
                secret.RemoveAt(secret.Length - 1);
            }
        }

        WriteLine();
        return secret;
    }

    /// <inheritdoc/>
    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        DemandUser(descriptions.Count > 0 ? descriptions[0].Name : caption);
        WriteHeading(caption, message);
        var answers = new Dictionary<string, PSObject>();
        foreach (var field in descriptions)
        {
            Write(field.Name + ": ");
            var isSecret = field.ParameterTypeFullName == typeof(SecureString).FullName;
            object answer = isSecret ? ReadLineAsSecureString() : ReadLine();
            answers[field.Name] = PSObject.AsPSObject(answer);
        }

        return answers;
    }

    /// <inheritdoc/>
    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        DemandUser(caption);
        WriteHeading(caption, message);
        var labels = choices.Select(Choice.From).ToList();
        while (true)
        {
            var offers = labels.Select(choice => $"[{choice.Key}] {choice.Label}");
            var standard = defaultChoice >= 0 ? $" (default is \"{labels[defaultChoice].Key}\")" : string.Empty;
            Write(string.Join("  ", offers) + standard + ": ");
            var answer = ReadLine().Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }

            var chosen = labels.FindIndex(choice => choice.Answers(answer));
            if (chosen >= 0)
            {
                return chosen;
            }
        }
    }

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName)
    {
        DemandUser("Get-Credential");
        WriteHeading(caption, message);
        if (string.IsNullOrEmpty(userName))
        {
            Write("User: ");
            userName = ReadLine();
        }

        Write($"Password for user {userName}: ");
        return new PSCredential(userName, ReadLineAsSecureString());
    }

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        PromptForCredential(caption, message, userName, targetName);

    private void DemandUser(string what)
    {
        if (nonInteractive)
        {
            throw new PSInvalidOperationException($"The host runs with -NonInteractive: nobody can answer the prompt for '{what}'.");
        }
    }

    private void WriteHeading(string caption, string message)
    {
        foreach (var line in new[] { caption, message }.Where(line => !string.IsNullOrEmpty(line)))
        {
            WriteLine(line);
        }
    }

    private void WriteMarked(string mark, string message, ConsoleColor color) => Show(Out, mark + message + Environment.NewLine, color);

    private void Show(TextWriter writer, string text, ConsoleColor? foreground = null, ConsoleColor? background = null)
    {
        lock (_gate)
        {
            _progress.Clear();
            if (!SupportsVirtualTerminal)
            {
                text = new StringDecorated(text).ToString(OutputRendering.PlainText);
            }

            var colored = SupportsVirtualTerminal && (foreground is not null || background is not null);
            if (colored)
            {
                Console.ForegroundColor = foreground ?? Console.ForegroundColor;
                Console.BackgroundColor = background ?? Console.BackgroundColor;
            }

            writer.Write(text);
            if (colored)
            {
                Console.ResetColor();
            }
        }
    }

    private sealed record Choice(string Key, string Label)
    {
        /// <summary>The letter behind an ampersand chooses.</summary>
        public static Choice From(ChoiceDescription choice)
        {
            var mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
            var label = choice.Label.Replace("&", string.Empty, StringComparison.Ordinal);
            var key = mark >= 0 && mark < label.Length ? label[mark].ToString().ToUpper(CultureInfo.CurrentCulture) : label;
            return new Choice(key, label);
        }

        public bool Answers(string answer) =>
            answer.Equals(Key, StringComparison.CurrentCultureIgnoreCase) || answer.Equals(Label, StringComparison.CurrentCultureIgnoreCase);
    }
}
