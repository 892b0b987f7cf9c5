using Weir.Records;

namespace Weir.Privacy.Rules;

/// <summary>Masks sensitive data in every place of an exchange at once: what <c>/.*/ mask_sensitive</c> means, without listing details.</summary>
public interface IExchangeMasker
{
    void Mask(Exchange exchange);
}
