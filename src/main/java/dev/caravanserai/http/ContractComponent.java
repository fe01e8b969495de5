package dev.caravanserai.http;

import java.util.Map;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultEndpoint;

/**
 * Serves {@code rest: openApi:} of a route file, in place of Camel's component of the same name:
 * that one (4.17) checks no parameters and no scopes, and holds a thread for each request. To be
 * bound as {@code rest-openapi}.
 */
public final class ContractComponent extends DefaultComponent {
  private final HttpEngine engine;

  public ContractComponent(HttpEngine engine) {
    this.engine = engine;
  }

  @Override
  protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> options) {
    String missing = String.valueOf(options.remove("missingOperation"));
    options.remove("routeId");
    options.remove("description");
    return new ContractEndpoint(uri, remaining, "ignore".equals(missing));
  }

  private final class ContractEndpoint extends DefaultEndpoint {
    private final String specification;
    private final boolean missingAllowed;

    ContractEndpoint(String uri, String specification, boolean missingAllowed) {
      super(uri, ContractComponent.this);
      this.specification = specification;
      this.missingAllowed = missingAllowed;
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
      var consumer = new ContractConsumer(this, processor, engine, specification, missingAllowed);
      configureConsumer(consumer);
      return consumer;
    }

    @Override
    public Producer createProducer() {
      throw new UnsupportedOperationException("rest-openapi serves a contract: use it in rest");
    }
  }
}
